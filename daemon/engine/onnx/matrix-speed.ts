import { availableParallelism } from "node:os";
import * as ort from "onnxruntime-node";
import { normals } from "../../../shared/random.ts";
import { GraphBuilder } from "./model.ts";
import { createSession } from "./session.ts";

/**
 * A 3×3 convolution of 512 channels written as one product: of the shapes tried (square ones of 1024
 * to 4096, flat and tall ones) the one that runs fastest, so nearest to what the cores can do.
 */
const ROWS = 512;
const SUMMED = 9 * 512;
const COLUMNS = 4096;
const REPEATS = 8;

/** 10⁹ operations per second of the fastest of a few matrix products, on all cores. */
export async function measureMatrixGflops(): Promise<number> {
  const graph = new GraphBuilder();
  const a = graph.input("a", [ROWS, SUMMED]);
  graph.output(
    "product",
    graph.node("MatMul", [a, graph.floats(normals(0, 0, SUMMED * COLUMNS, 1), [SUMMED, COLUMNS])]),
    [ROWS, COLUMNS],
  );
  const session = await createSession(graph.encode(), availableParallelism());
  try {
    const feeds = { a: new ort.Tensor("float32", normals(1, 0, ROWS * SUMMED, 1), [ROWS, SUMMED]) };
    const fetches = { product: new ort.Tensor("float32", new Float32Array(ROWS * COLUMNS), [ROWS, COLUMNS]) };
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < REPEATS; i++) {
      const began = performance.now();
      await session.run(feeds, fetches);
      best = Math.min(best, (performance.now() - began) / 1000);
    }
    return (2 * ROWS * SUMMED * COLUMNS) / 1e9 / best;
  } finally {
    await session.release();
  }
}
