import { channelsOf, inputChannelsOf, isPooledBefore, type LayerName } from "../../../shared/layers.ts";
import type { PoolKind } from "../../../shared/objective.ts";
import type { Size } from "../../image/planes.ts";
import type { Network } from "../../network/network.ts";
import type { Dialect } from "./dialect.ts";
import type { GraphBuilder, Value } from "./model.ts";
import { addPool, type Pool } from "./pooling.ts";

export interface ForwardLayer extends Size {
  readonly name: LayerName;
  /** The ReLU output, 1 × C × height × width. */
  readonly features: Value;
  /** What stands between the layer before and this one; absent where nothing does. */
  readonly pool?: Pool;
}

const CONVOLUTION = { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] };

/**
 * Adds the network from a picture (1 × 3 × H × W, RGB 0..255) through `layers`, which must begin
 * at conv1_1 without gaps.
 */
export function addForward(
  graph: GraphBuilder,
  network: Network,
  picture: Value,
  size: Size,
  layers: readonly LayerName[],
  pool: PoolKind,
  dialect: Dialect,
  /** Whether there is a way back, which max pooling's places are for. */
  isForGradient: boolean,
): ForwardLayer[] {
  const result: ForwardLayer[] = [];
  let input = graph.node("Sub", [picture, graph.floats(network.mean, [1, 3, 1, 1])]);
  let extent = size;
  for (const name of layers) {
    let pooled: ForwardLayer["pool"];
    if (isPooledBefore(name)) {
      pooled = { ...addPool(graph, input, pool, isForGradient && dialect === "cpu"), input, from: extent };
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

/**
 * The gradient before a layer's convolution, from the gradient `upstream` behind it (already
 * masked by its ReLU). At stride 1 and padding 1 that is a convolution with the kernel turned by
 * 180° and its channel axes swapped.
 */
export function addConvolutionGradient(
  graph: GraphBuilder,
  network: Network,
  { name, height, width }: ForwardLayer,
  upstream: Value,
  scale: number,
  dialect: Dialect,
): Value {
  const outputs = channelsOf(name);
  const inputs = inputChannelsOf(name);
  const turned = turnedKernel(network, name, scale);
  if (dialect === "cuda" && inputs < LEAST_CHANNELS)
    return addTapByTap(graph, turned, { inputs, outputs, height, width }, upstream);
  return graph.node("Conv", [upstream, graph.floats(turned, [inputs, outputs, 3, 3])], CONVOLUTION);
}

/** cuDNN's kernels compute so many channels at a time, needed or not. */
const LEAST_CHANNELS = 32;

/**
 * The same convolution to few channels: all nine taps' as channels of one convolution of single pixels, and then the sum
 * of these, each moved to its place.
 */
function addTapByTap(
  graph: GraphBuilder,
  turned: Float32Array,
  { inputs, outputs, height, width }: Size & { readonly inputs: number; readonly outputs: number },
  upstream: Value,
): Value {
  const taps = new Float32Array(turned.length);
  for (let i = 0; i < inputs; i++)
    for (let o = 0; o < outputs; o++)
      for (let k = 0; k < 9; k++)
        taps[(k * inputs + i) * outputs + o] = turned[(i * outputs + o) * 9 + k] as number;
  const kernel = graph.floats(taps, [9 * inputs, outputs, 1, 1]);
  const all = graph.node("Conv", [upstream, kernel], { kernel_shape: [1, 1] });
  const padded = graph.node("Pad", [all, graph.ints([0, 0, 1, 1, 0, 0, 1, 1])]);
  const moved = Array.from({ length: 9 }, (_, k) => {
    const [y, x] = [Math.floor(k / 3), k % 3];
    const from = graph.ints([k * inputs, y, x]);
    const to = graph.ints([(k + 1) * inputs, y + height, x + width]);
    return graph.node("Slice", [padded, from, to, graph.ints([1, 2, 3])]);
  });
  return graph.node("Sum", moved);
}

/** [inputs, outputs, 3, 3] */
function turnedKernel(network: Network, layer: LayerName, scale: number): Float32Array {
  const outputs = channelsOf(layer);
  const inputs = inputChannelsOf(layer);
  const kernel = network.layers[layer].kernel;
  const turned = new Float32Array(kernel.length);
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let k = 0; k < 9; k++)
        turned[(i * outputs + o) * 9 + (8 - k)] = scale * (kernel[(o * inputs + i) * 9 + k] as number);
  return turned;
}
