import { CSession, memoryInfo } from "../../daemon/engine/onnx/c-api/session.ts";
import type { DeviceProvider } from "../../daemon/engine/onnx/provider.ts";

/** The CPU through the runtime's C API, as a device that keeps its vectors: what CUDA does where there is a card. */
export function cpuThroughCApi(): DeviceProvider {
  const device = { memory: memoryInfo("Cpu", 0), configure: () => {} };
  return {
    kind: "cpu",
    device: "cpu, through the C API",
    dialect: "gpu",
    vectorsAtOnce: 6,
    open: async (graph, onDevice) => CSession.open(graph, device, onDevice),
  };
}
