import { blockOf, channelsOf, layersUpTo } from "../../../shared/layers.ts";
import type { ObjectivePlan, Size } from "../engine.ts";

/** What the process holds before any picture: Node, TensorFlow and the network. */
const BASE_BYTES = 620e6;
/**
 * So many of the widest layer's size are in flight on its way back: gradients that are added up, and what the
 * convolution reorders.
 */
const WORKING_LAYERS = 8;

/**
 * Bytes at the peak of one evaluation: every layer's features stay until the gradient passes them. Measured with
 * TensorFlow on a CPU.
 */
export function estimateBytes(plan: ObjectivePlan, { height, width }: Size): number {
  const layers = layersUpTo([...plan.contentLayers, ...plan.styleLayers]);
  const bytesOf = (layer: (typeof layers)[number]) =>
    (channelsOf(layer) * 4 * height * width) / 4 ** (blockOf(layer) - 1);
  const features = layers.reduce((sum, layer) => sum + bytesOf(layer), 0);
  const widest = Math.max(0, ...layers.map(bytesOf));
  return BASE_BYTES + features + WORKING_LAYERS * widest;
}
