import { type DeviceId, nameOfDevice } from "../../../shared/devices.ts";

/** A device, and how it is asked to compute. */
export interface Way {
  readonly device: DeviceId;
  readonly name: string;
  readonly env: NodeJS.ProcessEnv;
}

/** As it comes; and a card of NVIDIA's also without its evaluation recorded as a CUDA graph. */
export function waysOf(device: DeviceId): [Way, ...Way[]] {
  const name = nameOfDevice(device);
  const plain = { device, name, env: {} };
  const isCuda = device.engine === "onnx" && device.kind === "cuda";
  return [
    plain,
    ...(isCuda ? [{ device, name: `${name} without a CUDA graph`, env: { ATELIER_CUDA_GRAPH: "0" } }] : []),
  ];
}
