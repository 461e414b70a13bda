import type { PoolKind } from "../../../shared/objective.ts";
import type { Size } from "../../image/planes.ts";
import { addClipped, addInverse, addIsPositive } from "./elementwise.ts";
import type { GraphBuilder, Value } from "./model.ts";

/** A pooling: what went in at which size, and what came out. */
export interface Pool {
  readonly input: Value;
  readonly output: Value;
  /** Places of the maxima, where the provider can use them on the way back. */
  readonly indices?: Value;
  readonly from: Size;
}

const POOLING = { kernel_shape: [2, 2], strides: [2, 2] };

export function addPool(
  graph: GraphBuilder,
  input: Value,
  pool: PoolKind,
  withIndices: boolean,
): Pick<Pool, "output" | "indices"> {
  if (pool === "avg") return { output: graph.node("AveragePool", [input], POOLING) };
  if (!withIndices) return { output: graph.node("MaxPool", [input], POOLING) };
  const [output, indices] = graph.nodes("MaxPool", [input], 2, POOLING) as [Value, Value];
  return { output, indices };
}

/**
 * The gradient before a pooling, from the gradient behind it. Average pooling expects that
 * gradient already divided by 4; an odd last row or column, which no window covers, gets zero.
 */
export function addPoolGradient(
  graph: GraphBuilder,
  pool: Pool,
  kind: PoolKind,
  channels: number,
  upstream: Value,
): Value {
  const { height, width } = pool.from;
  if (pool.indices !== undefined)
    return graph.node(
      "MaxUnpool",
      [upstream, pool.indices, graph.ints([1, channels, height, width])],
      POOLING,
    );
  const doubled = addDoubled(graph, upstream);
  const gradient = kind === "avg" ? doubled : graph.node("Mul", [doubled, addFirstMaxima(graph, pool)]);
  if (height % 2 === 0 && width % 2 === 0) return gradient;
  return graph.node("Pad", [gradient, graph.ints([0, 0, 0, 0, 0, 0, height % 2, width % 2])]);
}

/** Every number becomes a window of four. */
function addDoubled(graph: GraphBuilder, value: Value): Value {
  return graph.node("Resize", [value, "", graph.floats([1, 1, 2, 2], [4])], {
    mode: "nearest",
    coordinate_transformation_mode: "asymmetric",
    nearest_mode: "floor",
  });
}

/**
 * 1 at the first maximum of every window of a max pooling and 0 elsewhere, without its indices, which
 * providers for GPUs do not give. Of equal maxima the first one counts, as with indices.
 */
function addFirstMaxima(graph: GraphBuilder, { input, output, from }: Pool): Value {
  const [height, width] = [from.height - (from.height % 2), from.width - (from.width % 2)];
  const isWhole = height === from.height && width === from.width;
  const covered = isWhole
    ? input
    : graph.node("Slice", [input, graph.ints([0, 0]), graph.ints([height, width]), graph.ints([2, 3])]);
  const below = graph.node("Sub", [addDoubled(graph, output), covered]);
  const isMaximum = addInverse(graph, addIsPositive(graph, below));
  const ranks = Float32Array.from({ length: height * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width) % 2, (i % width) % 2];
    return 2 ** (3 - 2 * row - column);
  });
  const ranked = graph.node("Mul", [isMaximum, graph.floats(ranks, [1, 1, height, width])]);
  const best = addDoubled(graph, graph.node("MaxPool", [ranked], POOLING));
  // The others are behind the best by one rank at least.
  return addInverse(graph, addClipped(graph, graph.node("Sub", [best, ranked]), 0, 1));
}
