import type { Dialect } from "../dialect.ts";
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
 * ones, fewer: laid beside each other they would take memory.
 */
function atOnce([, channels, height, width]: VectorShape, { least, most, bytes }: Limits): number {
  return Math.min(most, Math.max(least, Math.floor(bytes / (4 * channels * height * width))));
}

/** How many vectors one node may handle, and the bytes that they may take beside each other. */
interface Limits {
  readonly least: number;
  readonly most: number;
  readonly bytes: number;
}
/** CUDA's kernel adds eight at a time, and as many rows make a matrix that is wide enough. */
const ON_CUDA: Limits = { least: 2, most: 8, bytes: 256e6 };
const ON_WEBGPU: Limits = { least: 1, most: VALUES_AT_ONCE, bytes: 32e6 };

/** Σ factor·vector of so many vectors; its numbers are their factors. */
export function combining(shape: VectorShape, count: number, dialect: Dialect): Operation {
  return dialect === "cuda" ? summing(shape, count) : reducing(shape, count);
}

/** With a node that adds several vectors, which CUDA does in one pass over memory. */
function summing(shape: VectorShape, count: number): Operation {
  const most = atOnce(shape, ON_CUDA);
  return {
    name: `combine ${count}`,
    result: shape,
    parts: Array.from({ length: count }, () => 1),
    build: (graph, vectors, factors) => {
      const scaled = vectors.map((vector, i) => graph.node("Mul", [vector, factors[i] as Value]));
      return grouped(scaled, most - 1).reduce<Value | undefined>(
        (sum, group) => graph.node("Sum", sum === undefined ? group : [sum, ...group]),
        undefined,
      ) as Value;
    },
  };
}

/** Of nodes that there are on WebGPU too. */
function reducing(shape: VectorShape, count: number): Operation {
  const groupsOf = <T>(items: readonly T[]) => grouped(items, atOnce(shape, ON_WEBGPU));
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
export function multiplyingRows(
  shape: VectorShape,
  lefts: number,
  rights: number,
  dialect: Dialect,
): Operation {
  const rows = shape[1] * shape[2];
  const result = [lefts * rights, rows];
  const addSums = dialect === "cuda" ? addRowProducts : addProductSums;
  return {
    name: `rows ${lefts}·${rights}`,
    result,
    parts: [],
    build: (graph, vectors) => {
      const sums = addSums(graph, shape, vectors.slice(0, lefts), vectors.slice(lefts));
      return graph.node("Reshape", [sums, graph.ints(result)]);
    },
  };
}

/** As matrix products, one for each row, of the left vectors' rows with those of some right ones: none is written down. */
function addRowProducts(
  graph: GraphBuilder,
  shape: VectorShape,
  lefts: readonly Value[],
  rights: readonly Value[],
): Value {
  const [, channels, height, width] = shape;
  const lines = graph.ints([channels * height, 1, width]);
  const rowsOf = (vectors: readonly Value[]) =>
    addJoined(
      graph,
      vectors.map((vector) => graph.node("Reshape", [vector, lines])),
      1,
    );
  const left = rowsOf(lefts);
  const products = grouped(rights, atOnce(shape, ON_CUDA)).map((group) =>
    graph.node("MatMul", [left, graph.node("Transpose", [rowsOf(group)], { perm: [0, 2, 1] })]),
  );
  // Rows × lefts × rights.
  return graph.node("Transpose", [addJoined(graph, products, 2)], { perm: [1, 2, 0] });
}

function addJoined(graph: GraphBuilder, values: readonly Value[], axis: number): Value {
  return values.length === 1 ? (values[0] as Value) : graph.node("Concat", values, { axis });
}

/** As products number by number, and then their sums. */
function addProductSums(
  graph: GraphBuilder,
  shape: VectorShape,
  lefts: readonly Value[],
  rights: readonly Value[],
): Value {
  const groups = grouped(rights, atOnce(shape, ON_WEBGPU)).map((group) => addConcat(graph, group));
  const sums = lefts.flatMap((left) =>
    groups.map((group) => {
      const products = graph.node("Mul", [group, left]);
      return graph.node("ReduceSum", [products, graph.ints([3])], { keepdims: 0 });
    }),
  );
  return addConcat(graph, sums);
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
