import { type DeviceId, isGpu } from "../../shared/devices.ts";
import type { Room } from "../style/memory.ts";
import { type GpuSources, listGpus } from "./gpus.ts";
import { heldOnHost, hostMemory } from "./host-memory.ts";
import { gpuOf } from "./load.ts";
import { heldOnNvidia } from "./nvidia-smi.ts";

/** A device and the process that works there, if one does. */
export interface Place {
  readonly device: DeviceId;
  readonly worker: number | null;
}

export interface RoomSources extends GpuSources {
  /** Where the system tells of memory and processes. */
  readonly root?: string;
}

/** Of a card on which nobody says what our own process holds, this share may be had: others use it as well. */
const SHARE_OF_CARD = 0.9;

/**
 * The memory that a job may take on a device: what is free there, and what the process holds that does one job after
 * the other there; null where none does.
 */
export async function roomOn(
  device: DeviceId,
  worker: number | null = process.pid,
  { root = "/", ...sources }: RoomSources = {},
): Promise<Room> {
  const { total, free } = hostMemory(root);
  const host = Math.min(total, free + (worker === null ? 0 : heldOnHost(worker, root)));
  if (!isGpu(device)) return { host, device: "shared" };
  const gpu = gpuOf(device, await listGpus(sources));
  if (gpu === undefined || gpu.memoryBytes === null) return { host, device: "unknown" };
  const unused = gpu.memoryBytes - (gpu.memoryUsedBytes ?? 0);
  if (worker === null) return { host, device: unused };
  const held = gpu.maker === "nvidia" ? await heldOnNvidia(worker, sources.nvidiaSmi) : undefined;
  return { host, device: held === undefined ? SHARE_OF_CARD * gpu.memoryBytes : unused + held };
}

/** The memory of a device when nobody uses it. */
export async function capacityOf(device: DeviceId): Promise<Room> {
  const host = hostMemory().total;
  if (!isGpu(device)) return { host, device: "shared" };
  return { host, device: gpuOf(device, await listGpus())?.memoryBytes ?? "unknown" };
}
