import type { DeviceKind } from "../../../shared/devices.ts";
import { blockOf, channelsOf, layersUpTo } from "../../../shared/layers.ts";
import type { MemoryModel, ObjectivePlan, Size } from "../engine.ts";

/**
 * What is held before any picture: on a CPU by the process with Node, the libraries, the network and its
 * reordered copies; on SwiftShader also by the driver and its programs; on a GPU by the card, which is a guess.
 */
const BASE_BYTES: Readonly<Record<DeviceKind, number>> = {
  cpu: 440e6,
  swiftshader: 850e6,
  webgpu: 500e6,
  cuda: 800e6,
};
/** The features that forward keeps for backward, and on top about this share of the largest block's. */
const WORKING_LAYERS = 2.5;

/**
 * Bytes at the peak of one evaluation: every layer's features stay until the gradient passes them,
 * and at the widest place a few more of the same size are in flight.
 */
function estimateBytes(kind: DeviceKind, plan: ObjectivePlan, { height, width }: Size): number {
  const layers = layersUpTo([...plan.contentLayers, ...plan.styleLayers]);
  const bytesOf = (layer: (typeof layers)[number]) =>
    (channelsOf(layer) * 4 * height * width) / 4 ** (blockOf(layer) - 1);
  const features = layers.reduce((sum, layer) => sum + bytesOf(layer), 0);
  const widest = Math.max(0, ...layers.map(bytesOf));
  return BASE_BYTES[kind] + features + WORKING_LAYERS * widest;
}

/** Whether optimiser vectors are in the process's memory; else they are in the device's. */
function hasVectorsOnHost(kind: DeviceKind): boolean {
  return kind === "cpu";
}

/** Channels of the first block, whose features are the largest tensor. */
const FIRST_CHANNELS = 64;
/**
 * CUDA's kernels of the runtime count elements in 32 bits; WebGPU's buffers end at 4 GiB, or sooner, which the device
 * then says.
 */
const MOST_PIXELS: Partial<Record<DeviceKind, number>> = {
  cuda: 2 ** 31 / FIRST_CHANNELS - 1,
  webgpu: 2 ** 32 / (4 * FIRST_CHANNELS) - 1,
};

export function memoryModel(kind: DeviceKind): MemoryModel {
  const mostPixels = MOST_PIXELS[kind];
  return {
    estimateBytes: (plan, size) => estimateBytes(kind, plan, size),
    hasVectorsOnHost: hasVectorsOnHost(kind),
    ...(mostPixels !== undefined && { mostPixels }),
  };
}
