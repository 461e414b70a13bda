import type { DeviceId } from "../../../shared/devices.ts";
import { normals } from "../../random.ts";
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
  /** Any numbers do, and products of two of them are fewer to make. */
  const addMatrix = (seed: number, height: number, width: number) =>
    graph.node("Mul", [
      graph.floats(normals(seed, 0, height, 1), [height, 1]),
      graph.floats(normals(seed, 1, width, 1), [1, width]),
    ]);
  const right = addMatrix(0, SUMMED, columns);
  // On a GPU no matrix may cross the bus while it is timed: one number goes there, which is added, and one comes back.
  const fed = hostTensor(isBeside ? [1] : [rows, SUMMED]);
  fed.data.fill(1);
  const input = graph.input("input", fed.dims);
  const matrix = isBeside ? graph.node("Add", [addMatrix(1, rows, SUMMED), input]) : input;
  const product = graph.node("MatMul", [matrix, right]);
  graph.output(
    "output",
    isBeside ? addSumOfSquares(graph, product) : product,
    isBeside ? [] : [rows, columns],
  );
  const session = await openSession(graph.encode(), provider, "once");
  try {
    const feeds = { input: fed };
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
