import type { Network } from "../network/network.ts";
import type { Engine, EngineOptions } from "./engine.ts";
import { estimateBytes as estimateOnnxBytes } from "./onnx/memory.ts";

/** The engines by name; each is loaded only when it is opened. */
export const ENGINES = {
  onnx: async (network: Network, options: EngineOptions) => {
    const { openOnnxEngine } = await import("./onnx/onnx-engine.ts");
    return await openOnnxEngine(network, options);
  },
} as const satisfies Record<
  string,
  (network: Network, options: EngineOptions) => Promise<Engine<Float32Array>>
>;

/** Memory estimates by engine, for whoever plans without opening one. */
export const ESTIMATORS = { onnx: { estimateBytes: estimateOnnxBytes } } as const;

export type EngineId = keyof typeof ENGINES;

export interface EngineStatus {
  readonly id: EngineId;
  readonly available: boolean;
  /** Why it is not available, or which version is. */
  readonly reason: string;
  readonly devices: readonly string[];
}
