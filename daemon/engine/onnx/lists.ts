import { grouped } from "../grouped.ts";
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
  const groups = grouped(sizes, VALUES_AT_ONCE);
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
