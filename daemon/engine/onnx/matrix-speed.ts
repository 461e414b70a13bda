import { availableParallelism } from "node:os";
import * as ort from "onnxruntime-node";
import { normals } from "../../../shared/random.ts";
import { GraphBuilder } from "./model.ts";
import { createSession } from "./session.ts";

/** Large enough to run at full speed, small enough to take a fraction of a second. */
const SIDE = 2048;
const REPEATS = 5;

/** 10⁹ operations per second of the fastest of a few square matrix products, on all cores. */
export async function measureMatrixGflops(): Promise<number> {
  const graph = new GraphBuilder();
  const a = graph.input("a", [SIDE, SIDE]);
  graph.output(
    "product",
    graph.node("MatMul", [a, graph.floats(normals(0, 0, SIDE * SIDE, 1), [SIDE, SIDE])]),
    [SIDE, SIDE],
  );
  const session = await createSession(graph.encode(), availableParallelism());
  try {
    const feeds = { a: new ort.Tensor("float32", normals(1, 0, SIDE * SIDE, 1), [SIDE, SIDE]) };
    const fetches = { product: new ort.Tensor("float32", new Float32Array(SIDE * SIDE), [SIDE, SIDE]) };
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < REPEATS; i++) {
      const began = performance.now();
      await session.run(feeds, fetches);
      best = Math.min(best, (performance.now() - began) / 1000);
    }
    return (2 * SIDE ** 3) / 1e9 / best;
  } finally {
    await session.release();
  }
}
