import type { ObjectivePlan, Size } from "../engine.ts";
import { featureBytes } from "../plan.ts";

/** What the process holds before any picture: Node, TensorFlow and the network. */
const BASE_BYTES = 620e6;
/**
 * So many of the widest layer's size are in flight on its way back: gradients that are added up, and what the
 * convolution reorders.
 */
const WORKING_LAYERS = 8;

/** Bytes at the peak of one evaluation, as measured with TensorFlow on a CPU. */
export function estimateBytes(plan: ObjectivePlan, size: Size): number {
  const { all, widest } = featureBytes(plan, size);
  return BASE_BYTES + all + WORKING_LAYERS * widest;
}
