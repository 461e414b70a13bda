import type { GraphBuilder, Value } from "./model.ts";

/** WebGPU promises a shader eight buffers, and some are for results. */
const VALUES_AT_ONCE = 6;

/** The numbers of a vector, each as a vector of one. */
export function addSplit(graph: GraphBuilder, vector: Value, count: number): Value[] {
  return addParts(
    graph,
    vector,
    Array.from({ length: count }, () => 1),
  );
}

/** A vector in parts of these sizes. */
export function addParts(graph: GraphBuilder, vector: Value, sizes: readonly number[]): Value[] {
  if (sizes.length === 1) return [vector];
  if (sizes.length <= VALUES_AT_ONCE) return graph.nodes("Split", [vector, graph.ints(sizes)], sizes.length);
  const groups = grouped(sizes);
  const parts = addParts(
    graph,
    vector,
    groups.map((group) => group.reduce((sum, size) => sum + size, 0)),
  );
  return groups.flatMap((group, i) => addParts(graph, parts[i] as Value, group));
}

/** Values one after the other along an axis, by default their first. */
export function addConcat(graph: GraphBuilder, values: readonly Value[], axis = 0): Value {
  return values.length === 1 ? (values[0] as Value) : graph.node("Concat", values, { axis });
}

/** So many at a time, by default as many as one operation takes. */
export function grouped<T>(items: readonly T[], size = VALUES_AT_ONCE): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
