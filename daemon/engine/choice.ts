import { availableParallelism } from "node:os";
import type { DeviceId, EngineId } from "../../shared/devices.ts";
import type { Network } from "../network/network.ts";
import type { Engine, MemoryModel, OpenEngine } from "./engine.ts";
import { memoryModel as onnxMemoryModel } from "./onnx/memory.ts";
import { memoryModel as tfjsMemoryModel } from "./tfjs/memory.ts";

/**
 * The engines by name; each is loaded only when it is opened. What an engine's vectors are is its own business:
 * whoever opens one by name passes them on and never looks inside.
 */
const ENGINES: Readonly<Record<EngineId, OpenEngine<unknown>>> = {
  onnx: async (network, options) => {
    const { openOnnxEngine } = await import("./onnx/onnx-engine.ts");
    return await openOnnxEngine(network, options);
  },
  tfjs: async (network, options) => {
    const { openTfjsEngine } = await import("./tfjs/tfjs-engine.ts");
    return await openTfjsEngine(network, options);
  },
};

/** Opens a device with a network; `threads` are a CPU's. Throws a UserError where the device does not work. */
export async function openEngine(
  { engine, kind, index }: DeviceId,
  network: Network,
  threads?: number,
): Promise<Engine<unknown>> {
  return await ENGINES[engine](network, {
    kind,
    ...(index !== undefined && { index }),
    ...(threads !== undefined && { threads }),
  });
}

const MEMORY_MODELS: Readonly<Record<EngineId, (kind: DeviceId["kind"]) => MemoryModel>> = {
  onnx: onnxMemoryModel,
  tfjs: tfjsMemoryModel,
};

/** What opening a device would say about memory, for whoever plans without opening one. */
export function memoryModelOf({ engine, kind }: DeviceId): MemoryModel {
  return MEMORY_MODELS[engine](kind);
}

/** 10⁹ operations per second of a large matrix product on a device, by the library of its engine. */
export const MATRIX_SPEED: Readonly<Record<EngineId, (device: DeviceId) => Promise<number>>> = {
  onnx: async (device) => await (await import("./onnx/matrix-speed.ts")).measureMatrixGflops(device),
  tfjs: async () => await (await import("./tfjs/matrix-speed.ts")).measureMatrixGflops(),
};

/** Threads for each of several workers on the CPU, so that they do not take each other's cores. */
export function threadsFor(devices: readonly DeviceId[]): number {
  const onCpu = devices.filter(({ kind }) => kind === "cpu").length;
  return Math.max(1, Math.floor(availableParallelism() / Math.max(1, onCpu)));
}
