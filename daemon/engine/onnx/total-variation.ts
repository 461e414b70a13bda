import type { TvForm } from "../../../shared/objective.ts";
import type { Size } from "../../image/planes.ts";
import { addSign } from "./elementwise.ts";
import type { GraphBuilder, Value } from "./model.ts";

/** The sum of a total variation form over the picture, and its gradient times the coefficient. */
export function addTotalVariation(
  graph: GraphBuilder,
  picture: Value,
  { height, width }: Size,
  form: TvForm,
  coefficient: Value,
): { sum: Value; gradient: Value } {
  const slice = (top: number, left: number, bottom: number, right: number) =>
    graph.node("Slice", [picture, graph.ints([top, left]), graph.ints([bottom, right]), graph.ints([2, 3])]);
  // The power form lives on the grid where both neighbours exist, the others on every neighbouring pair.
  const trim = form === "power-1.25" ? 1 : 0;
  const dx = graph.node("Sub", [slice(0, 1, height - trim, width), slice(0, 0, height - trim, width - 1)]);
  const dy = graph.node("Sub", [slice(1, 0, height, width - trim), slice(0, 0, height - 1, width - trim)]);
  const { sum, slopeX, slopeY } = forms[form](graph, dx, dy);

  // Every difference pulls its right (lower) pixel up and its left (upper) pixel down.
  const pad = (value: Value, top: number, left: number, bottom: number, right: number) =>
    graph.node("Pad", [value, graph.ints([0, 0, top, left, 0, 0, bottom, right])]);
  const alongX = graph.node("Sub", [pad(slopeX, 0, 1, trim, 0), pad(slopeX, 0, 0, trim, 1)]);
  const alongY = graph.node("Sub", [pad(slopeY, 1, 0, 0, trim), pad(slopeY, 0, 0, 1, trim)]);
  const gradient = graph.node("Mul", [graph.node("Add", [alongX, alongY]), coefficient]);
  return { sum, gradient };
}

interface Variation {
  readonly sum: Value;
  /** Derivative of the sum by each horizontal and vertical difference. */
  readonly slopeX: Value;
  readonly slopeY: Value;
}

const forms: Record<TvForm, (graph: GraphBuilder, dx: Value, dy: Value) => Variation> = {
  "power-1.25": (graph, dx, dy) => {
    const square = graph.node("Add", [graph.node("Mul", [dx, dx]), graph.node("Mul", [dy, dy])]);
    const root = graph.node("Sqrt", [graph.node("Sqrt", [square])]);
    const factor = graph.node("Mul", [root, graph.scalar(2.5)]);
    return {
      sum: addSum(graph, graph.node("Mul", [square, root])),
      slopeX: graph.node("Mul", [factor, dx]),
      slopeY: graph.node("Mul", [factor, dy]),
    };
  },
  l1: (graph, dx, dy) => ({
    sum: graph.node("Add", [addSum(graph, graph.node("Abs", [dx])), addSum(graph, graph.node("Abs", [dy]))]),
    slopeX: addSign(graph, dx),
    slopeY: addSign(graph, dy),
  }),
  "half-squared": (graph, dx, dy) => {
    const squares = graph.node("Add", [
      addSum(graph, graph.node("Mul", [dx, dx])),
      addSum(graph, graph.node("Mul", [dy, dy])),
    ]);
    return { sum: graph.node("Mul", [squares, graph.scalar(0.5)]), slopeX: dx, slopeY: dy };
  },
};

/** Rows first, for the same reason as in the objective's sums of squares. */
function addSum(graph: GraphBuilder, value: Value): Value {
  const rows = graph.node("ReduceSum", [value, graph.ints([3])], { keepdims: 0 });
  return graph.node("ReduceSum", [rows], { keepdims: 0 });
}
