/**
 * The convolutions of VGG16 in forward order. A name means the output of the ReLU behind that
 * convolution; between blocks stands a 2×2 pooling of stride 2.
 * Source: Simonyan & Zisserman, arXiv 1409.1556, configuration D.
 */
export const LAYERS = [
  "conv1_1",
  "conv1_2",
  "conv2_1",
  "conv2_2",
  "conv3_1",
  "conv3_2",
  "conv3_3",
  "conv4_1",
  "conv4_2",
  "conv4_3",
  "conv5_1",
  "conv5_2",
  "conv5_3",
] as const;

export type LayerName = (typeof LAYERS)[number];

/** Channels of each block's convolutions, block 1 first. */
const BLOCK_CHANNELS = [64, 128, 256, 512, 512] as const;

/** The block (1 to 5) that a layer stands in. */
export function blockOf(layer: LayerName): number {
  return Number(layer[4]);
}

/** How many channels a layer puts out. */
export function channelsOf(layer: LayerName): number {
  return BLOCK_CHANNELS[blockOf(layer) - 1] as number;
}

/** How many channels a layer takes in; the first takes the three of the picture. */
export function inputChannelsOf(layer: LayerName): number {
  const previous = LAYERS[LAYERS.indexOf(layer) - 1];
  return previous === undefined ? 3 : channelsOf(previous);
}

/** Whether the 2×2 pooling stands before this layer. */
export function isPooledBefore(layer: LayerName): boolean {
  return layer.endsWith("_1") && layer !== "conv1_1";
}

/** The layers from the picture up to and including the deepest of `used`, in forward order. */
export function layersUpTo(used: Iterable<LayerName>): LayerName[] {
  const deepest = Math.max(-1, ...[...used].map((layer) => LAYERS.indexOf(layer)));
  return LAYERS.slice(0, deepest + 1);
}
