import type { DeviceId } from "../../../shared/devices.ts";
import { normals } from "../../../shared/random.ts";
import { GraphBuilder } from "./model.ts";
import { addSumOfSquares } from "./objective-graph.ts";
import { PROVIDERS } from "./provider.ts";
import { openSession } from "./session.ts";
import { hostTensor } from "./tensors.ts";

/**
 * A 3×3 convolution of 512 channels written as one product: of the shapes tried (square ones of 1024
 * to 4096, flat and tall ones) the one that runs fastest, so nearest to what the cores can do.
 */
const SUMMED = 9 * 512;
const ON_CPU = { rows: 512, columns: 4096 };
/** So large that what a GPU waits for at both ends does not count. */
const ON_GPU = { rows: 4096, columns: 4096 };
/** For a driver that computes on the processor, thousands of times slower than a GPU. */
const ON_SWIFTSHADER = { rows: 64, columns: 256 };
const REPEATS = 8;
const PATIENCE_SECONDS = 5;

/** 10⁹ operations per second of the fastest of a few matrix products on the same device. */
export async function measureMatrixGflops({ kind, index = 0 }: DeviceId): Promise<number> {
  const provider = PROVIDERS[kind](index);
  const isBeside = provider.dialect !== "cpu";
  const { rows, columns } = !isBeside ? ON_CPU : kind === "swiftshader" ? ON_SWIFTSHADER : ON_GPU;
  const graph = new GraphBuilder();
  const right = graph.floats(normals(0, 0, SUMMED * columns, 1), [SUMMED, columns]);
  const left = { shape: [rows, SUMMED], data: normals(1, 0, rows * SUMMED, 1) };
  // On a GPU no matrix may cross the bus while it is timed: one number goes there, which is added, and one comes back.
  const fed = isBeside ? { shape: [1], data: new Float32Array(1) } : left;
  const input = graph.input("input", fed.shape);
  const matrix = isBeside ? graph.node("Add", [graph.floats(left.data, left.shape), input]) : input;
  const product = graph.node("MatMul", [matrix, right]);
  graph.output(
    "output",
    isBeside ? addSumOfSquares(graph, product) : product,
    isBeside ? [] : [rows, columns],
  );
  const session = await openSession(graph.encode(), provider);
  try {
    const feeds = { input: { data: fed.data, dims: fed.shape } };
    const into = isBeside ? {} : { output: hostTensor([rows, columns]) };
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < REPEATS && !(best < Number.POSITIVE_INFINITY && best > PATIENCE_SECONDS); i++) {
      const began = performance.now();
      await session.run(feeds, into);
      best = Math.min(best, (performance.now() - began) / 1000);
    }
    return (2 * rows * SUMMED * columns) / 1e9 / best;
  } finally {
    await session.release();
  }
}
