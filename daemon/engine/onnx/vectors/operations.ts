import { addConcat, grouped, VALUES_AT_ONCE } from "../lists.ts";
import type { GraphBuilder, Value } from "../model.ts";

export type VectorShape = readonly [1, 3, height: number, width: number];

/** Arithmetic on vectors of one shape, as nodes of a graph. */
export interface Operation {
  /** Operations of one name are the same nodes. */
  readonly name: string;
  readonly result: readonly number[];
  /** Numbers that it takes beside vectors, other ones on every run, in parts of these sizes. */
  readonly parts: readonly number[];
  readonly build: (graph: GraphBuilder, vectors: readonly Value[], parts: readonly Value[]) => Value;
}

/** The same numbers. */
export function copying(shape: VectorShape): Operation {
  return { name: "copy", result: shape, parts: [], build: (_graph, [vector]) => vector as Value };
}

/**
 * How many vectors a node handles as one. Of small ones several: a node costs the driver more than the GPU. Of large
 * ones, one after the other: laid beside each other they would take memory.
 */
function atOnce([, , height, width]: VectorShape): number {
  const bytes = 4 * 3 * height * width;
  return Math.min(VALUES_AT_ONCE, Math.max(1, Math.floor(LAID_BESIDE_BYTES / bytes)));
}
const LAID_BESIDE_BYTES = 32e6;

/** Σ factor·vector of so many vectors; its numbers are their factors. */
export function combining(shape: VectorShape, count: number): Operation {
  const groupsOf = <T>(items: readonly T[]) => grouped(items, atOnce(shape));
  return {
    name: `combine ${count}`,
    result: shape,
    parts: groupsOf(Array.from({ length: count })).map(({ length }) => length),
    build: (graph, vectors, factors) =>
      groupsOf(vectors)
        .map((group, i) => {
          const column = graph.node("Reshape", [factors[i] as Value, graph.ints([group.length, 1, 1, 1])]);
          const scaled = graph.node("Mul", [addConcat(graph, group), column]);
          return group.length === 1 ? scaled : graph.node("ReduceSum", [scaled, graph.ints([0])]);
        })
        .reduce((sum, part) => graph.node("Add", [sum, part])),
  };
}

/** Row sums of the products of each left with each right vector, for every left one in turn; the vectors likewise. */
export function multiplyingRows(shape: VectorShape, lefts: number, rights: number): Operation {
  const rows = 3 * shape[2];
  return {
    name: `rows ${lefts}·${rights}`,
    result: [lefts * rights, rows],
    parts: [],
    build: (graph, vectors) => {
      const groups = grouped(vectors.slice(lefts), atOnce(shape)).map((group) => addConcat(graph, group));
      const sums = vectors.slice(0, lefts).flatMap((left) =>
        groups.map((group) => {
          const products = graph.node("Mul", [group, left]);
          return graph.node("ReduceSum", [products, graph.ints([3])], { keepdims: 0 });
        }),
      );
      return graph.node("Reshape", [addConcat(graph, sums), graph.ints([lefts * rights, rows])]);
    },
  };
}

/** a·b, number by number. */
export function multiplying(shape: VectorShape): Operation {
  return {
    name: "multiply",
    result: shape,
    parts: [],
    build: (graph, [a, b]) => graph.node("Mul", [a as Value, b as Value]),
  };
}

/** a / (√b + number), number by number. */
export function dividingByRoot(shape: VectorShape): Operation {
  return {
    name: "divide by root",
    result: shape,
    parts: [1],
    build: (graph, [a, b], [epsilon]) =>
      graph.node("Div", [
        a as Value,
        graph.node("Add", [graph.node("Sqrt", [b as Value]), epsilon as Value]),
      ]),
  };
}

/** Every number limited to [low, high], its two numbers, of nodes that take both as inputs on every provider. */
export function clamping(shape: VectorShape): Operation {
  return {
    name: "clamp",
    result: shape,
    parts: [1, 1],
    build: (graph, [vector], [low, high]) =>
      graph.node("Min", [graph.node("Max", [vector as Value, low as Value]), high as Value]),
  };
}
