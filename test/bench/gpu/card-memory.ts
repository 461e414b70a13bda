import { setTimeout } from "node:timers/promises";
import { listGpus } from "../../../daemon/devices/gpus.ts";
import { gpuOf } from "../../../daemon/devices/load.ts";
import type { DeviceId } from "../../../shared/devices.ts";

const EVERY_MS = 250;

/**
 * The most memory that a card held while something was done, above what it held before; null where the device has
 * none of its own or the system does not tell.
 */
export async function watchingCard<T>(
  device: DeviceId,
  work: () => Promise<T>,
): Promise<{ result: T; bytes: number | null }> {
  const used = async () => gpuOf(device, await listGpus())?.memoryUsedBytes ?? null;
  const before = await used();
  if (before === null) return { result: await work(), bytes: null };
  let most = before;
  const watch = new AbortController();
  const watching = (async () => {
    while (!watch.signal.aborted) {
      most = Math.max(most, (await used()) ?? 0);
      await setTimeout(EVERY_MS);
    }
  })();
  try {
    const result = await work();
    return { result, bytes: most - before };
  } finally {
    watch.abort();
    await watching;
  }
}
