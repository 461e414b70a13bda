import { channelsOf, inputChannelsOf, isPooledBefore, type LayerName } from "../../../shared/layers.ts";
import type { PoolKind } from "../../../shared/objective.ts";
import type { Network } from "../../network/network.ts";
import type { GraphBuilder, Value } from "./model.ts";

/** A value's place in the network: its height and width there. */
export interface Extent {
  readonly height: number;
  readonly width: number;
}

export interface ForwardLayer extends Extent {
  readonly name: LayerName;
  /** The ReLU output, 1 × C × height × width. */
  readonly features: Value;
  /** What stands between the layer before and this one; absent where nothing does. */
  readonly pool?: { readonly output: Value; readonly indices?: Value; readonly from: Extent };
}

const CONVOLUTION = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] };
const POOLING = { kernel_shape: [2, 2], strides: [2, 2] };

/**
 * Adds the network from a picture (1 × 3 × H × W, RGB 0..255) through `layers`, which must begin
 * at conv1_1 without gaps. Max pooling keeps the place of each maximum where `backward` is to follow.
 */
export function addForward(
  graph: GraphBuilder,
  network: Network,
  picture: Value,
  size: Extent,
  layers: readonly LayerName[],
  pool: PoolKind,
  backward: boolean,
): ForwardLayer[] {
  const result: ForwardLayer[] = [];
  let input = graph.node("Sub", [picture, graph.floats(network.mean, [1, 3, 1, 1])]);
  let extent = size;
  for (const name of layers) {
    let pooled: ForwardLayer["pool"];
    if (isPooledBefore(name)) {
      pooled = { ...addPool(graph, input, pool, backward), from: extent };
      extent = { height: Math.floor(extent.height / 2), width: Math.floor(extent.width / 2) };
      input = pooled.output;
    }
    const { kernel, bias } = network.layers[name];
    const channels = channelsOf(name);
    const convolution = graph.node(
      "Conv",
      [input, graph.floats(kernel, [channels, inputChannelsOf(name), 3, 3]), graph.floats(bias, [channels])],
      CONVOLUTION,
    );
    input = graph.node("Relu", [convolution]);
    result.push({ name, features: input, ...extent, ...(pooled && { pool: pooled }) });
  }
  return result;
}

function addPool(graph: GraphBuilder, input: Value, pool: PoolKind, backward: boolean) {
  if (pool === "avg") return { output: graph.node("AveragePool", [input], POOLING) };
  if (!backward) return { output: graph.node("MaxPool", [input], POOLING) };
  const [output, indices] = graph.nodes("MaxPool", [input], 2, POOLING) as [Value, Value];
  return { output, indices };
}

/**
 * The gradient before a layer's convolution, from the gradient `upstream` behind it (already
 * masked by its ReLU). At stride 1 and padding 1 that is a convolution with the kernel turned by
 * 180° and its channel axes swapped.
 */
export function addConvolutionGradient(
  graph: GraphBuilder,
  network: Network,
  layer: LayerName,
  upstream: Value,
  scale: number,
): Value {
  const outputs = channelsOf(layer);
  const inputs = inputChannelsOf(layer);
  const kernel = network.layers[layer].kernel;
  const turned = new Float32Array(kernel.length);
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let k = 0; k < 9; k++)
        turned[(i * outputs + o) * 9 + (8 - k)] = scale * (kernel[(o * inputs + i) * 9 + k] as number);
  return graph.node("Conv", [upstream, graph.floats(turned, [inputs, outputs, 3, 3])], CONVOLUTION);
}

/**
 * The gradient before a pooling, from the gradient behind it. Average pooling expects that
 * gradient already divided by 4; an odd last row or column, which no window covers, gets zero.
 */
export function addPoolGradient(
  graph: GraphBuilder,
  pool: NonNullable<ForwardLayer["pool"]>,
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
  const doubled = graph.node("Resize", [upstream, "", graph.floats([1, 1, 2, 2], [4])], {
    mode: "nearest",
    coordinate_transformation_mode: "asymmetric",
    nearest_mode: "floor",
  });
  if (height % 2 === 0 && width % 2 === 0) return doubled;
  return graph.node("Pad", [doubled, graph.ints([0, 0, 0, 0, 0, 0, height % 2, width % 2])]);
}
