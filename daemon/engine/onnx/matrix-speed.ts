import type { DeviceId } from "../../../shared/devices.ts";
import { normals } from "../../../shared/random.ts";
import { GraphBuilder } from "./model.ts";
import { PROVIDERS } from "./provider.ts";
import { ort } from "./runtime.ts";
import { createSession } from "./session.ts";

/**
 * A 3×3 convolution of 512 channels written as one product: of the shapes tried (square ones of 1024
 * to 4096, flat and tall ones) the one that runs fastest, so nearest to what the cores can do.
 */
const SUMMED = 9 * 512;
const LARGE = { rows: 512, columns: 4096 };
/** For a driver that computes on the processor, thousands of times slower than a GPU. */
const SMALL = { rows: 64, columns: 256 };
const REPEATS = 8;
const PATIENCE_SECONDS = 5;

/** 10⁹ operations per second of the fastest of a few matrix products on the same device. */
export async function measureMatrixGflops({ kind, index = 0 }: DeviceId): Promise<number> {
  const { rows, columns } = kind === "swiftshader" ? SMALL : LARGE;
  const graph = new GraphBuilder();
  const a = graph.input("a", [rows, SUMMED]);
  graph.output(
    "product",
    graph.node("MatMul", [a, graph.floats(normals(0, 0, SUMMED * columns, 1), [SUMMED, columns])]),
    [rows, columns],
  );
  const session = await createSession(graph.encode(), PROVIDERS[kind](index));
  try {
    const feeds = { a: new ort.Tensor("float32", normals(1, 0, rows * SUMMED, 1), [rows, SUMMED]) };
    const fetches = { product: new ort.Tensor("float32", new Float32Array(rows * columns), [rows, columns]) };
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < REPEATS && !(best < Number.POSITIVE_INFINITY && best > PATIENCE_SECONDS); i++) {
      const began = performance.now();
      await session.run(feeds, fetches);
      best = Math.min(best, (performance.now() - began) / 1000);
    }
    return (2 * rows * SUMMED * columns) / 1e9 / best;
  } finally {
    await session.release();
  }
}
