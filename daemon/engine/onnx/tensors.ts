import type { Size } from "../../image/planes.ts";

/** Numbers in the process's memory. */
export interface HostTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Numbers in a device's memory, which whoever was given them frees. Only sessions of the same device can read them. */
export interface DeviceTensor {
  readonly dims: readonly number[];
  free(): void;
}

export type Tensor = HostTensor | DeviceTensor;

export function isOnDevice(tensor: Tensor): tensor is DeviceTensor {
  return "free" in tensor;
}

/** A view, not a copy: the runtime reads from and writes into the vector itself. */
export function pictureTensor(data: Float32Array, { height, width }: Size): HostTensor {
  return { data, dims: [1, 3, height, width] };
}

/** A tensor of zeros in the process's memory. */
export function hostTensor(dims: readonly number[]): HostTensor {
  return { dims, data: new Float32Array(dims.reduce((all, size) => all * size, 1)) };
}
