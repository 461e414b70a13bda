import type { DeviceKind } from "../../../shared/devices.ts";
import type { MemoryModel } from "../engine.ts";
import { featureBytes } from "../plan.ts";

/** What the process holds before any picture: Node, TensorFlow and the network. */
const BASE_BYTES = 620e6;
/**
 * So many of the widest layer's size are in flight on its way back: gradients that are added up, and what the
 * convolution reorders.
 */
const WORKING_LAYERS = 8;

/**
 * On a card: the driver, CUDA's libraries and where cuDNN works. TensorFlow takes a card's memory in blocks, each twice the
 * one before as far as there is so much, so that what it holds is not what it needs.
 */
const CARD_BYTES = 2.15e9;

/** Bytes at the peak of one evaluation, as measured with TensorFlow on a CPU and on one card. */
export function memoryModel(kind: DeviceKind): MemoryModel {
  const base = kind === "cuda" ? CARD_BYTES : BASE_BYTES;
  return {
    estimateBytes: (plan, size) => {
      const { all, widest } = featureBytes(plan, size);
      return base + all + WORKING_LAYERS * widest;
    },
  };
}
