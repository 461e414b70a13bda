import { cpus } from "node:os";
import { type DeviceId, isGpu } from "../../shared/devices.ts";
import type { DeviceLoad } from "../../shared/requests.ts";
import type { Gpu } from "./gpu.ts";
import { listGpus } from "./gpus.ts";
import { hostMemory } from "./host-memory.ts";

/** Tells how busy devices are, each time since it was last asked. */
export class LoadMeter {
  readonly #root: string;
  #before = coreTimes();

  /** `root` is where the system tells of its memory. */
  constructor(root = "/") {
    this.#root = root;
  }

  async sample(devices: readonly DeviceId[]): Promise<DeviceLoad[]> {
    const now = coreTimes();
    const total = now.total - this.#before.total;
    const busy = total === 0 ? 0 : 1 - (now.idle - this.#before.idle) / total;
    this.#before = now;
    const memory = hostMemory(this.#root);
    const cpu: DeviceLoad = {
      percent: Math.round(100 * busy),
      memoryUsedBytes: memory.total - memory.free,
      memoryBytes: memory.total,
      celsius: null,
    };
    const gpus = devices.some(isGpu) ? await listGpus() : [];
    return devices.map((device) => {
      const gpu = gpuOf(device, gpus);
      if (gpu !== undefined) {
        const { loadPercent: percent, memoryUsedBytes, memoryBytes, celsius } = gpu;
        return { percent, memoryUsedBytes, memoryBytes, celsius };
      }
      return isGpu(device) ? { percent: null, memoryUsedBytes: null, memoryBytes: null, celsius: null } : cpu;
    });
  }
}

/** The card that a device is, where that can be told: WebGPU does not say which of several it took. */
export function gpuOf({ kind, index }: DeviceId, gpus: readonly Gpu[]): Gpu | undefined {
  if (kind === "cuda") return gpus.find(({ cudaIndex }) => cudaIndex === (index ?? 0));
  return kind === "webgpu" && gpus.length === 1 ? gpus[0] : undefined;
}

/** Milliseconds that all cores together were there, and idle, since the machine came up. */
function coreTimes(): { total: number; idle: number } {
  let [total, idle] = [0, 0];
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.idle + times.user + times.sys + times.nice + times.irq;
  }
  return { total, idle };
}
