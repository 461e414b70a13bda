import type { DeviceKind } from "../../../shared/devices.ts";
import type { MemoryModel, ObjectivePlan, Size } from "../engine.ts";
import { featureBytes } from "../plan.ts";

/** What the process holds before any picture: Node, TensorFlow and the network. */
const BASE_BYTES = 620e6;
/**
 * So many of the widest layer's size are in flight on its way back: gradients that are added up, and what the
 * convolution reorders.
 */
const WORKING_LAYERS = 8;

/** What a card holds of the driver and CUDA's libraries, and where cuDNN works. */
const CARD_BYTES = 1e9;
const WORKSPACE_BYTES = 0.6e9;

/** Bytes at the peak of one evaluation, as measured with TensorFlow on a CPU and on one card. */
export function memoryModel(kind: DeviceKind): MemoryModel {
  return {
    estimateBytes: (plan, size) => {
      const tensors = tensorBytes(plan, size);
      return kind === "cuda" ? CARD_BYTES + doubled(WORKSPACE_BYTES + tensors) : BASE_BYTES + tensors;
    },
  };
}

function tensorBytes(plan: ObjectivePlan, size: Size): number {
  const { all, widest } = featureBytes(plan, size);
  return all + WORKING_LAYERS * widest;
}

/** TensorFlow takes a card's memory in blocks, each twice the one before. */
function doubled(bytes: number): number {
  return 2 ** Math.ceil(Math.log2(bytes));
}
