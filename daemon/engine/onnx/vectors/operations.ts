import { grouped } from "../../grouped.ts";
import type { Dialect } from "../dialect.ts";
import { addConcat } from "../lists.ts";
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

/** The same numbers, be it a picture's or others. */
export function copying(shape: readonly number[]): Operation {
  return {
    name: `copy ${shape.join("×")}`,
    result: shape,
    parts: [],
    build: (_graph, [vector]) => vector as Value,
  };
}

/** How many vectors one node may handle, and the bytes that they may take beside each other. */
interface Limits {
  readonly least: number;
  readonly most: number;
  readonly bytes: number;
}
/** CUDA's kernel adds eight at a time, and as many rows make a matrix that is wide enough. */
const ON_CUDA: Limits = { least: 2, most: 8, bytes: 256e6 };
/** A node costs more there than what it does to small pictures. */
const ON_WEBGPU: Limits = { least: 8, most: Number.POSITIVE_INFINITY, bytes: 80e6 };

/**
 * Items in as few and as equal groups as one node can handle. Of small vectors many: a node costs the driver more than
 * the GPU. Of large ones, fewer: laid beside each other they would take memory.
 */
function inGroups<T>(
  items: readonly T[],
  [, channels, height, width]: VectorShape,
  { least, most, bytes }: Limits,
): T[][] {
  const fitting = Math.floor(bytes / (4 * channels * height * width));
  const groups = Math.ceil(items.length / Math.min(most, Math.max(least, fitting)));
  return grouped(items, Math.ceil(items.length / groups));
}

/** a + factor·b; its number is the factor. */
export function adding(shape: VectorShape): Operation {
  return {
    name: "add",
    result: shape,
    parts: [1],
    build: (graph, [a, b], [factor]) =>
      graph.node("Add", [a as Value, graph.node("Mul", [b as Value, factor as Value])]),
  };
}

/** Σ factor·vector of so many vectors; its numbers are their factors. */
export function combining(shape: VectorShape, count: number, dialect: Dialect): Operation {
  return dialect === "cuda" ? summing(shape, count) : multiplyingByRow(shape, count);
}

/** With a node that adds several vectors, which CUDA does in one pass over memory. */
function summing(shape: VectorShape, count: number): Operation {
  return {
    name: `combine ${count}`,
    result: shape,
    parts: Array.from({ length: count }, () => 1),
    build: (graph, vectors, factors) => {
      const scaled = vectors.map((vector, i) => graph.node("Mul", [vector, factors[i] as Value]));
      return grouped(scaled, ON_CUDA.most - 1).reduce<Value | undefined>(
        (sum, group) => graph.node("Sum", sum === undefined ? group : [sum, ...group]),
        undefined,
      ) as Value;
    },
  };
}

/** As a product of the row of factors with the matrix whose rows are the vectors. */
function multiplyingByRow(shape: VectorShape, count: number): Operation {
  const [, channels, height, width] = shape;
  const groupsOf = <T>(items: readonly T[]) => inGroups(items, shape, ON_WEBGPU);
  return {
    name: `combine ${count}`,
    result: shape,
    parts: groupsOf(Array.from({ length: count })).map(({ length }) => length),
    build: (graph, vectors, factors) => {
      const sums = groupsOf(vectors).map((group, i) => {
        const row = graph.node("Reshape", [factors[i] as Value, graph.ints([1, group.length])]);
        const matrix = graph.ints([group.length, channels * height * width]);
        return graph.node("MatMul", [row, graph.node("Reshape", [addConcat(graph, group), matrix])]);
      });
      const sum = sums.reduce((all, part) => graph.node("Add", [all, part]));
      return graph.node("Reshape", [sum, graph.ints(shape)]);
    },
  };
}

/** Row sums of the products of each left with each right vector, for every left one in turn; the vectors likewise. */
export function multiplyingRows(
  shape: VectorShape,
  lefts: number,
  rights: number,
  dialect: Dialect,
): Operation {
  const [, channels, height] = shape;
  const result = [lefts * rights, channels * height];
  return {
    name: `rows ${lefts}·${rights}`,
    result,
    parts: [],
    build: (graph, vectors) => {
      const limits = dialect === "cuda" ? ON_CUDA : ON_WEBGPU;
      const products = addRowProducts(graph, shape, vectors.slice(0, lefts), vectors.slice(lefts), limits);
      return graph.node("Reshape", [products, graph.ints(result)]);
    },
  };
}

/** As matrix products, one for each row, of the left vectors' rows with those of some right ones: none is written down. */
function addRowProducts(
  graph: GraphBuilder,
  shape: VectorShape,
  lefts: readonly Value[],
  rights: readonly Value[],
  limits: Limits,
): Value {
  // Rows × lefts × width.
  const left = addTurned(graph, shape, lefts, [1, 0, 2]);
  const products = inGroups(rights, shape, limits).map((group) =>
    // Rows × width × rights.
    graph.node("MatMul", [left, addTurned(graph, shape, group, [1, 2, 0])]),
  );
  return graph.node("Transpose", [addConcat(graph, products, 2)], { perm: [1, 2, 0] });
}

/** Vectors as one value, whose dimensions, vectors × rows × width, are put into another order. */
function addTurned(
  graph: GraphBuilder,
  [, channels, height, width]: VectorShape,
  vectors: readonly Value[],
  perm: readonly number[],
): Value {
  const shape = [vectors.length, channels * height, width];
  const beside = addConcat(graph, vectors);
  // Then no number has to move.
  if (vectors.length === 1)
    return graph.node("Reshape", [beside, graph.ints(perm.map((axis) => shape[axis] as number))]);
  return graph.node("Transpose", [graph.node("Reshape", [beside, graph.ints(shape)])], { perm });
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

/** The mean of a pixel's three numbers, three times. */
export function greying(shape: VectorShape): Operation {
  return {
    name: "grey",
    result: shape,
    parts: [],
    build: (graph, [vector]) => {
      const sum = graph.node("ReduceSum", [vector as Value, graph.ints([1])], { keepdims: 1 });
      return graph.node("Expand", [graph.node("Mul", [sum, graph.scalar(1 / 3)]), graph.ints(shape)]);
    },
  };
}
