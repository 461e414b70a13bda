import type { GraphBuilder, Value } from "./model.ts";

/** Large enough to bring any real feature or difference beyond 1, small enough not to overflow. */
const STEEP = 1e30;

/** 1 for numbers above 0, 0 for 0; saturates at once for any number that a network makes. */
export function addIsPositive(graph: GraphBuilder, value: Value): Value {
  return addClipped(graph, graph.node("Mul", [value, graph.scalar(STEEP)]), 0, 1);
}

/** −1, 0 or 1: the sign of a number, of operations that every provider has. */
export function addSign(graph: GraphBuilder, value: Value): Value {
  return addClipped(graph, graph.node("Mul", [value, graph.scalar(STEEP)]), -1, 1);
}

/** The same as `addIsPositive` in a form that keeps a CPU's blocked layout: a convolution of each channel with itself. */
export function addIsPositiveBlocked(graph: GraphBuilder, value: Value, channels: number): Value {
  const kernel = graph.floats(new Float32Array(channels).fill(STEEP), [channels, 1, 1, 1]);
  const scaled = graph.node("Conv", [value, kernel], { kernel_shape: [1, 1], group: channels });
  return addClipped(graph, scaled, 0, 1);
}

export function addClipped(graph: GraphBuilder, value: Value, low: number, high: number): Value {
  return graph.node("Clip", [value, graph.scalar(low), graph.scalar(high)]);
}

export function addInverse(graph: GraphBuilder, value: Value): Value {
  return graph.node("Sub", [graph.scalar(1), value]);
}

/** The gradient where its point is in range, and beyond where descent leads back; elsewhere 0. */
export function addInwardGradient(
  graph: GraphBuilder,
  point: Value,
  { inRange, gradient }: { inRange: Value; gradient: Value },
): Value {
  const excess = graph.node("Sub", [inRange, point]);
  const isOutward = addIsPositive(graph, graph.node("Mul", [excess, gradient]));
  return graph.node("Mul", [gradient, addInverse(graph, isOutward)]);
}
