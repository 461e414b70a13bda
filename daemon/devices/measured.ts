import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import manifest from "../../package.json" with { type: "json" };
import { type DeviceId, nameOfDevice } from "../../shared/devices.ts";
import { InterruptedError } from "../../shared/errors.ts";
import { homeFolder } from "../../shared/home.ts";
import { makeFolder } from "../../shared/make-folder.ts";
import { runtimeVersion } from "../engine/onnx/cuda-provider.ts";
import { type Installation, readInstallation } from "../engine/tfjs/installation.ts";
import { writeDurably } from "../files/durable-write.ts";
import type { Gpu } from "./gpu.ts";
import { type Measurement, measurementSchema } from "./measurement.ts";
import { tryDevice } from "./trial.ts";

const cacheSchema = z.strictObject({
  /** Machine, drivers and versions that the measurements hold for. */
  machine: z.string(),
  measured: z.record(z.string(), z.strictObject({ at: z.number(), result: measurementSchema })),
});
type Cache = z.infer<typeof cacheSchema>;

/** What did not work is tried again after so long. */
const FAILURE_HOLDS_MS = 3600e3;

function cacheFile(): string {
  return join(homeFolder("cache"), "devices.json");
}

/**
 * Measures devices one after the other, or takes what was measured before on this machine with these
 * drivers and versions. `fresh` measures anew. Throws an InterruptedError where somebody stopped a trial.
 */
export async function measureDevices(
  devices: readonly DeviceId[],
  gpus: readonly Gpu[],
  { fresh = false, onMeasure = () => {} }: { fresh?: boolean; onMeasure?: (device: DeviceId) => void } = {},
): Promise<Map<DeviceId, Measurement>> {
  const machine = fingerprint(gpus);
  const cache = readCache(machine);
  const results = new Map<DeviceId, Measurement>();
  for (const device of devices) {
    const name = nameOfDevice(device);
    const known = fresh ? undefined : cache.measured[name];
    if (known !== undefined && (known.result.works || Date.now() - known.at < FAILURE_HOLDS_MS)) {
      results.set(device, known.result);
      continue;
    }
    onMeasure(device);
    const { result, endedBy } = await tryDevice(device);
    results.set(device, result);
    if (endedBy === null) {
      cache.measured[name] = { at: Date.now(), result };
      await writeCache(cache);
    } else if (endedBy !== "SIGKILL") throw new InterruptedError(`the trial of ${name} was interrupted`);
  }
  return results;
}

/** What was measured before no longer holds. */
export async function forgetMeasurements(): Promise<void> {
  await rm(cacheFile(), { force: true });
}

function fingerprint(gpus: readonly Gpu[]): string {
  return JSON.stringify({
    atelier: manifest.version,
    node: process.version,
    runtime: runtimeVersion(),
    cpu: [cpus()[0]?.model ?? "", availableParallelism()],
    tensorflow: tensorflowSetUp(),
    gpus: gpus.map(({ name, driver, cudaIndex }) => [name, driver, cudaIndex]),
  });
}

function tensorflowSetUp(): Installation | null {
  try {
    return readInstallation() ?? null;
  } catch {
    // One that cannot be read is an obstacle, which others tell of.
    return null;
  }
}

function readCache(machine: string): Cache {
  try {
    const cache = cacheSchema.parse(JSON.parse(readFileSync(cacheFile(), "utf8")));
    if (cache.machine === machine) return cache;
  } catch {
    // None yet, or one of another version: measuring again costs seconds.
  }
  return { machine, measured: {} };
}

async function writeCache(cache: Cache): Promise<void> {
  try {
    await makeFolder(dirname(cacheFile()), 0o700);
    await writeDurably(cacheFile(), Buffer.from(`${JSON.stringify(cache, null, 2)}\n`), 0o600);
  } catch {
    // Without a cache every start measures; nothing else depends on it.
  }
}
