import type { Network } from "../network/network.ts";
import type { Engine, EngineOptions, OpenEngine } from "./engine.ts";
import { estimateBytes as estimateOnnxBytes } from "./onnx/memory.ts";
import { estimateBytes as estimateTfjsBytes } from "./tfjs/memory.ts";

/**
 * The engines by name; each is loaded only when it is opened. What an engine's vectors are is its own business:
 * whoever opens one by name passes them on and never looks inside.
 */
export const ENGINES = {
  onnx: async (network: Network, options: EngineOptions): Promise<Engine<unknown>> => {
    const { openOnnxEngine } = await import("./onnx/onnx-engine.ts");
    return await openOnnxEngine(network, options);
  },
  tfjs: async (network, options) => {
    const { openTfjsEngine } = await import("./tfjs/tfjs-engine.ts");
    return await openTfjsEngine(network, options);
  },
} as const satisfies Record<Engine<unknown>["id"], OpenEngine<unknown>>;

/** Memory estimates by engine, for whoever plans without opening one. */
export const ESTIMATORS = {
  onnx: { estimateBytes: estimateOnnxBytes },
  tfjs: { estimateBytes: estimateTfjsBytes },
} as const;

/** 10⁹ operations per second of a large matrix product, by the library of an engine. */
export const MATRIX_SPEED = {
  onnx: async () => await (await import("./onnx/matrix-speed.ts")).measureMatrixGflops(),
  tfjs: async () => await (await import("./tfjs/matrix-speed.ts")).measureMatrixGflops(),
} as const;

export type EngineId = keyof typeof ENGINES;

export interface EngineStatus {
  readonly id: EngineId;
  readonly available: boolean;
  /** Why it is not available, or which version is. */
  readonly reason: string;
  readonly devices: readonly string[];
}
