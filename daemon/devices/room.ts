import type { DeviceId } from "../../shared/devices.ts";
import type { Room } from "../style/memory.ts";
import { listGpus } from "./gpus.ts";
import { gpuOf } from "./load.ts";

/** How much memory is free for work on a device. */
export async function roomOn(device: DeviceId): Promise<Room> {
  const host = process.availableMemory();
  if (device.kind === "cpu" || device.kind === "swiftshader") return { host, device: "shared" };
  const gpu = gpuOf(device, await listGpus());
  if (gpu === undefined || gpu.memoryBytes === null) return { host, device: "unknown" };
  return { host, device: gpu.memoryBytes - (gpu.memoryUsedBytes ?? 0) };
}
