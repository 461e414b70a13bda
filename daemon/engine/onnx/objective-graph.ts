import { channelsOf, inputChannelsOf, type LayerName, layersUpTo } from "../../../shared/layers.ts";
import type { TermName } from "../../../shared/terms.ts";
import { PIXEL_RANGE, type Size } from "../../image/planes.ts";
import type { Network } from "../../network/network.ts";
import type { ObjectivePlan } from "../engine.ts";
import { termsOfPlan } from "../plan.ts";
import type { Dialect } from "./dialect.ts";
import { addClipped, addInwardGradient, addIsPositive, addIsPositiveBlocked } from "./elementwise.ts";
import { addConvolutionGradient, addForward, type ForwardLayer } from "./forward.ts";
import { addGram } from "./gram.ts";
import { addConcat, addSplit } from "./lists.ts";
import { type EncodedModel, GraphBuilder, type Value } from "./model.ts";
import { addPoolGradient } from "./pooling.ts";
import { addTotalVariation } from "./total-variation.ts";

/** Names of the graph's inputs and outputs; a term's name is `content.LAYER`, `style.LAYER` or `tv`. */
export const names = {
  picture: "picture",
  gradient: "gradient",
  target: (term: string) => `target.${term}`,
  /** Of all terms in their order, in one vector each: every transfer to or from a device takes its time. */
  coefficients: "coefficients",
  sums: "sums",
};

/**
 * One evaluation as one static graph: the sums S of all terms and the gradient of Σ coefficient·S
 * with respect to the picture. Targets and coefficients are inputs, so no control rebuilds it.
 *
 *   content  S = Σ(F − P)²                 ∂S/∂F = 2(F − P)
 *   style    S = Σ(F·Fᵀ/M − A)²            ∂S/∂F = 4/M·(F·Fᵀ/M − A)·F   (the difference is symmetric)
 *
 * Numbers beyond the range of pixels count as its ends.
 */
export function objectiveGraph(
  network: Network,
  plan: ObjectivePlan,
  size: Size,
  dialect: Dialect,
): EncodedModel {
  const graph = new GraphBuilder();
  const point = graph.input(names.picture, [1, 3, size.height, size.width]);
  const picture = addClipped(graph, point, PIXEL_RANGE.least, PIXEL_RANGE.most);
  const layers = layersUpTo([...plan.contentLayers, ...plan.styleLayers]);
  const forward = addForward(graph, network, picture, size, layers, plan.pool, dialect, true);

  const terms = termsOfPlan(plan);
  const coefficients = new Map(
    addSplit(graph, graph.input(names.coefficients, [terms.length]), terms.length).map(
      (coefficient, i) => [terms[i] as TermName, coefficient] as const,
    ),
  );
  const sums = new Map<TermName, Value>();
  const weighting = { graph, dialect, coefficients, sums };

  let gradient: Value | undefined;
  for (const layer of forward.toReversed()) {
    // Made before the gradient, so that it is late in the order and not held in memory for long.
    const mask = addReluMask(graph, layer, dialect, plan.styleLayers.includes(layer.name));
    if (plan.contentLayers.includes(layer.name)) gradient = addContent(weighting, layer, gradient);
    if (plan.styleLayers.includes(layer.name)) gradient = addStyle(weighting, layer, gradient);
    gradient = addLayerGradient(graph, network, layer, mask(gradient as Value), plan, dialect);
  }
  const variation = addTotalVariation(graph, picture, size, plan.tvForm, coefficients.get("tv") as Value);
  sums.set("tv", variation.sum);
  const numbers = terms.map((term) => graph.node("Reshape", [sums.get(term) as Value, graph.ints([1])]));
  graph.output(names.sums, addConcat(graph, numbers), [terms.length]);
  const atPicture = graph.node("Add", [gradient as Value, variation.gradient]);
  const total = addInwardGradient(graph, point, { inRange: picture, gradient: atPicture });
  graph.output(names.gradient, total, [1, 3, size.height, size.width]);
  return graph.encode();
}

/** Back through one layer: ReLU's mask, the convolution, and the pooling before it if there is one. */
function addLayerGradient(
  graph: GraphBuilder,
  network: Network,
  layer: ForwardLayer,
  upstream: Value,
  plan: ObjectivePlan,
  dialect: Dialect,
): Value {
  // Average pooling's factor ¼ costs nothing inside the kernel.
  const scale = layer.pool !== undefined && plan.pool === "avg" ? 0.25 : 1;
  const before = addConvolutionGradient(graph, network, layer, upstream, scale, dialect);
  if (layer.pool === undefined) return before;
  return addPoolGradient(graph, layer.pool, plan.pool, inputChannelsOf(layer.name), before);
}

/**
 * What lets a gradient through where a ReLU let its input through. On a CPU it is written so that it stays in the layout
 * that its neighbours work in: Gram terms need rows of plain channels, convolutions work on blocks of channels, and a
 * comparison would cost two conversions and more memory.
 */
function addReluMask(
  graph: GraphBuilder,
  layer: ForwardLayer,
  dialect: Dialect,
  hasGramTerm: boolean,
): (gradient: Value) => Value {
  if (dialect === "cuda") {
    const isPositive = graph.node("Greater", [layer.features, graph.scalar(0)]);
    return (gradient) => graph.node("Where", [isPositive, gradient, graph.scalar(0)]);
  }
  const slope =
    dialect === "webgpu" || hasGramTerm
      ? addIsPositive(graph, layer.features)
      : addIsPositiveBlocked(graph, layer.features, channelsOf(layer.name));
  return (gradient) => graph.node("Mul", [slope, gradient]);
}

/** A graph's terms: what each is multiplied with, and what it comes to. */
interface Weighting {
  readonly graph: GraphBuilder;
  readonly dialect: Dialect;
  readonly coefficients: ReadonlyMap<TermName, Value>;
  readonly sums: Map<TermName, Value>;
}

function addContent(
  { graph, coefficients, sums }: Weighting,
  layer: ForwardLayer,
  upstream: Value | undefined,
): Value {
  const term = `content.${layer.name}` as const;
  const shape = featureShape(layer);
  const target = graph.input(names.target(term), shape);
  const coefficient = coefficients.get(term) as Value;
  const difference = graph.node("Sub", [layer.features, target]);
  const matrix = graph.node("Reshape", [difference, graph.ints([channelsOf(layer.name), -1])]);
  sums.set(term, addSumOfSquares(graph, matrix));
  const gradient = graph.node("Mul", [difference, graph.node("Mul", [coefficient, graph.scalar(2)])]);
  return upstream === undefined ? gradient : graph.node("Add", [upstream, gradient]);
}

function addStyle(
  { graph, dialect, coefficients, sums }: Weighting,
  layer: ForwardLayer,
  upstream: Value | undefined,
): Value {
  const term = `style.${layer.name}` as const;
  const channels = channelsOf(layer.name);
  const positions = layer.height * layer.width;
  const target = graph.input(names.target(term), [channels, channels]);
  const coefficient = coefficients.get(term) as Value;
  const matrixShape = graph.ints([channels, positions]);
  const features = graph.node("Reshape", [layer.features, matrixShape]);
  const difference = graph.node("Sub", [addGram(graph, layer, dialect), target]);
  sums.set(term, addSumOfSquares(graph, difference));
  const scaled = graph.node("Mul", [
    difference,
    graph.node("Mul", [coefficient, graph.scalar(4 / positions)]),
  ]);
  // Gemm adds to what comes from deeper layers in the same pass over memory.
  const gradient =
    upstream === undefined
      ? graph.node("Gemm", [scaled, features])
      : graph.node("Gemm", [scaled, features, graph.node("Reshape", [upstream, matrixShape])]);
  return graph.node("Reshape", [gradient, graph.ints(featureShape(layer))]);
}

/** Row sums first: adding millions of float32 in one chain would lose digits. */
export function addSumOfSquares(graph: GraphBuilder, matrix: Value): Value {
  const rows = graph.node("ReduceSumSquare", [matrix], { axes: [1], keepdims: 0 });
  return graph.node("ReduceSum", [rows], { keepdims: 0 });
}

function featureShape(layer: ForwardLayer): number[] {
  return [1, channelsOf(layer.name), layer.height, layer.width];
}

/** What targets are made from: features of the content layers and Gram matrices of the style layers. */
export function targetGraph(
  network: Network,
  wanted: Pick<ObjectivePlan, "pool" | "contentLayers" | "styleLayers">,
  size: Size,
  dialect: Dialect,
): { encoded: EncodedModel; shapes: Map<string, number[]> } {
  const graph = new GraphBuilder();
  const picture = graph.input(names.picture, [1, 3, size.height, size.width]);
  const layers: LayerName[] = layersUpTo([...wanted.contentLayers, ...wanted.styleLayers]);
  const shapes = new Map<string, number[]>();
  for (const layer of addForward(graph, network, picture, size, layers, wanted.pool, dialect, false)) {
    const channels = channelsOf(layer.name);
    if (wanted.contentLayers.includes(layer.name)) {
      const term = `content.${layer.name}`;
      shapes.set(term, featureShape(layer));
      graph.output(names.target(term), layer.features, featureShape(layer));
    }
    if (wanted.styleLayers.includes(layer.name)) {
      const term = `style.${layer.name}`;
      shapes.set(term, [channels, channels]);
      graph.output(names.target(term), addGram(graph, layer, dialect), [channels, channels]);
    }
  }
  return { encoded: graph.encode(), shapes };
}
