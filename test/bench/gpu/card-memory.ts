import { setTimeout } from "node:timers/promises";
import { listGpus } from "../../../daemon/devices/gpus.ts";
import { gpuOf } from "../../../daemon/devices/load.ts";
import type { DeviceId } from "../../../shared/devices.ts";

const EVERY_MS = 250;

/**
 * The most memory that a card holds while something is done, above what it held before; null, and nothing is done, where
 * the device has none of its own or the system does not tell.
 */
export async function mostOnCard(device: DeviceId, work: () => Promise<unknown>): Promise<number | null> {
  const used = async () => gpuOf(device, await listGpus())?.memoryUsedBytes ?? null;
  const before = await used();
  if (before === null) return null;
  let most = before;
  const watch = new AbortController();
  const watching = (async () => {
    while (!watch.signal.aborted) {
      most = Math.max(most, (await used()) ?? 0);
      await setTimeout(EVERY_MS);
    }
  })();
  try {
    await work();
    return most - before;
  } finally {
    watch.abort();
    await watching;
  }
}
