import type { DeviceKind } from "../../../shared/devices.ts";
import { channelsOf } from "../../../shared/layers.ts";
import type { Size } from "../../image/planes.ts";
import type { MemoryModel, ObjectivePlan } from "../engine.ts";
import { featureBytes } from "../plan.ts";

/** What a device holds at the peak of evaluating. */
interface Held {
  /** Before any picture: on a CPU the process with Node, the libraries, the network and its reordered copies. */
  readonly base: number;
  /** Tensors as large as the widest layer's features, beside all features, which forward keeps for backward. */
  readonly wideTensors: number;
  /** What vector arithmetic takes between its operations. */
  readonly bytesPerPixel: number;
}

/** WebGPU keeps buffers for the next tensor of exactly the same size. */
const WEBGPU: Held = { base: 300e6, wideTensors: 13.6, bytesPerPixel: 0 };
const HELD: Readonly<Record<DeviceKind, Held>> = {
  cpu: { base: 440e6, wideTensors: 2.5, bytesPerPixel: 0 },
  webgpu: WEBGPU,
  // In the process, with the driver and its programs.
  swiftshader: { ...WEBGPU, base: 850e6 },
  // cuDNN tries its algorithms with as much memory as these want, which the runtime then keeps.
  cuda: { base: 2.8e9, wideTensors: 5, bytesPerPixel: 650 },
};

/** Bytes at the peak of one evaluation: at the widest place a few more tensors of its size are in flight. */
function estimateBytes(kind: DeviceKind, plan: ObjectivePlan, size: Size): number {
  const { all, widest } = featureBytes(plan, size);
  const { base, wideTensors, bytesPerPixel } = HELD[kind];
  return base + all + wideTensors * widest + bytesPerPixel * size.height * size.width;
}

/** Features of the first block are the largest tensor. */
const FIRST_CHANNELS = channelsOf("conv1_1");
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
    ...(mostPixels !== undefined && { mostPixels }),
  };
}
