import { isOnDevice, type Tensor } from "../tensors.ts";
import { copying, type Kernels } from "./kernels.ts";

/** A vector on the device: 1 × 3 × height × width. A tensor never changes, so a new value is a new tensor. */
export interface DeviceVector {
  /** On the device from the first use on; only commands that are carried out read and replace it. */
  tensor: Tensor;
}

/** The vector's tensor, brought to the device where it is not there yet. */
export async function resident(kernels: Kernels, vector: DeviceVector): Promise<Tensor> {
  const { tensor } = vector;
  if (!isOnDevice(tensor)) [vector.tensor] = (await kernels.run(copying(tensor.dims), [tensor])) as [Tensor];
  return vector.tensor;
}

/** Gives a vector another value and frees the one it had. */
export function replace(vector: DeviceVector, tensor: Tensor): void {
  release(vector);
  vector.tensor = tensor;
}

export function release({ tensor }: DeviceVector): void {
  if (isOnDevice(tensor)) tensor.free();
}
