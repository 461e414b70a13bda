import * as ort from "onnxruntime-node";
import type { DeviceId } from "../../../shared/devices.ts";
import { normals } from "../../../shared/random.ts";
import { GraphBuilder } from "./model.ts";
import { PROVIDERS } from "./provider.ts";
import { createSession } from "./session.ts";

/**
 * A 3×3 convolution of 512 channels written as one product: of the shapes tried (square ones of 1024
 * to 4096, flat and tall ones) the one that runs fastest, so nearest to what the cores can do.
 */
const ROWS = 512;
const SUMMED = 9 * 512;
const COLUMNS = 4096;
const REPEATS = 8;
const PATIENCE_SECONDS = 5;

/** 10⁹ operations per second of the fastest of a few matrix products on the same device. */
export async function measureMatrixGflops({ kind, index = 0 }: DeviceId): Promise<number> {
  const graph = new GraphBuilder();
  const a = graph.input("a", [ROWS, SUMMED]);
  graph.output(
    "product",
    graph.node("MatMul", [a, graph.floats(normals(0, 0, SUMMED * COLUMNS, 1), [SUMMED, COLUMNS])]),
    [ROWS, COLUMNS],
  );
  const session = await createSession(graph.encode(), PROVIDERS[kind](index));
  try {
    const feeds = { a: new ort.Tensor("float32", normals(1, 0, ROWS * SUMMED, 1), [ROWS, SUMMED]) };
    const fetches = { product: new ort.Tensor("float32", new Float32Array(ROWS * COLUMNS), [ROWS, COLUMNS]) };
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < REPEATS && !(best < Number.POSITIVE_INFINITY && best > PATIENCE_SECONDS); i++) {
      const began = performance.now();
      await session.run(feeds, fetches);
      best = Math.min(best, (performance.now() - began) / 1000);
    }
    return (2 * ROWS * SUMMED * COLUMNS) / 1e9 / best;
  } finally {
    await session.release();
  }
}
