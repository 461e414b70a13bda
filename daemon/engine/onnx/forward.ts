import { channelsOf, inputChannelsOf, isPooledBefore, type LayerName } from "../../../shared/layers.ts";
import type { PoolKind } from "../../../shared/objective.ts";
import type { Network } from "../../network/network.ts";
import type { Size } from "../engine.ts";
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
