import {
  type DeviceId,
  type DeviceWish,
  ENGINE_IDS,
  type EngineId,
  nameOfDevice,
} from "../../shared/devices.ts";
import { messageOf } from "../../shared/errors.ts";
import { candidates, matching } from "../devices/candidates.ts";
import { fastest, survey } from "../devices/choose.ts";
import type { Gpu } from "../devices/gpu.ts";
import { listGpus } from "../devices/gpus.ts";
import { hostMemory } from "../devices/host-memory.ts";
import { loadTensorflow, PACKAGE } from "../engine/tfjs/tensorflow.ts";
import { PUBLISHED_FILE } from "../network/published.ts";
import { storedWeights, weightsFolder } from "../network/weight-store.ts";

/** One device of one engine, tried. */
export type DeviceReport =
  | {
      readonly id: string;
      readonly works: true;
      readonly device: string;
      /** Side of the square picture it was tried with, in pixels, and seconds of one evaluation of it. */
      readonly size: number;
      readonly seconds: number;
      /** Taken where no device is asked for. */
      readonly isChosen: boolean;
    }
  | { readonly id: string; readonly works: false; readonly reason: string };

interface EngineReport {
  readonly id: EngineId;
  readonly available: boolean;
  /** Why it is not available, or which version is. */
  readonly reason: string;
  /** Those that work. */
  readonly devices: readonly string[];
}

export interface DoctorReport {
  readonly node: string;
  readonly engines: readonly EngineReport[];
  readonly gpus: readonly Gpu[];
  readonly devices: readonly DeviceReport[];
  readonly weightsFolder: string;
  readonly weights: readonly {
    readonly file: string;
    readonly bytes: number;
    readonly isPublished: boolean;
  }[];
  readonly memory: { readonly totalBytes: number; readonly availableBytes: number };
}

export interface DoctorOptions {
  /** Measures again what was measured before. */
  readonly fresh: boolean;
  readonly onMeasure: (device: string) => void;
}

/** What this machine can do: every device that could be meant, measured, or why it does not work. */
export async function doctor({ fresh, onMeasure }: DoctorOptions): Promise<DoctorReport> {
  const gpus = await listGpus();
  const all = candidates(gpus);
  const surveyed = await survey(all, gpus, {
    fresh,
    onMeasure: (device: DeviceId) => onMeasure(nameOfDevice(device)),
  });
  const memory = hostMemory();
  const auto: DeviceWish = { kind: "auto" };
  const eligible = matching(auto, all);
  const chosen = fastest(surveyed.filter(({ device }) => eligible.includes(device)));
  const workingOf = (engine: EngineId) =>
    surveyed.flatMap(({ device, measurement }) =>
      device.engine === engine && measurement.works ? [measurement.device] : [],
    );
  return {
    node: process.version,
    engines: await Promise.all(
      ENGINE_IDS.map(async (id) => ({ id, ...(await statusOf(id)), devices: workingOf(id) })),
    ),
    gpus,
    devices: surveyed.map(({ device, measurement }) => ({
      id: nameOfDevice(device),
      ...(measurement.works ? { ...measurement, isChosen: device === chosen } : measurement),
    })),
    weightsFolder: weightsFolder(),
    weights: storedWeights().map(({ file, bytes }) => ({
      file,
      bytes,
      isPublished: file.endsWith(PUBLISHED_FILE.name) && bytes === PUBLISHED_FILE.bytes,
    })),
    memory: { totalBytes: memory.total, availableBytes: memory.free },
  };
}

/** Loads an engine's library, and says which it is. */
const LIBRARIES: Readonly<Record<EngineId, () => Promise<string>>> = {
  onnx: async () => {
    const { ort } = await import("../engine/onnx/runtime.ts");
    return `onnxruntime ${ort.env.versions.node ?? ort.env.versions.common}`;
  },
  tfjs: async () => `${PACKAGE} on TensorFlow ${(await loadTensorflow()).version}`,
};

async function statusOf(engine: EngineId): Promise<Pick<EngineReport, "available" | "reason">> {
  try {
    return { available: true, reason: await LIBRARIES[engine]() };
  } catch (error) {
    return { available: false, reason: messageOf(error) };
  }
}
