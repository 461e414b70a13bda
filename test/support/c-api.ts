import koffi from "koffi";
import { Blocks } from "../../daemon/engine/onnx/c-api/blocks.ts";
import { CSession, memoryInfo } from "../../daemon/engine/onnx/c-api/session.ts";
import type { Provider } from "../../daemon/engine/onnx/provider.ts";

/** The CPU through the runtime's C API, as a device that keeps its vectors: what CUDA does where there is a card. */
export function cpuThroughCApi(): Provider {
  const memory = {
    allocate: (bytes: number) => koffi.alloc("uint8_t", bytes) as bigint,
    free: (block: bigint) => koffi.free(block),
  };
  const device = { memory: memoryInfo("Cpu", 0), blocks: new Blocks(memory), configure: () => {} };
  return {
    kind: "cpu",
    device: "cpu, through the C API",
    dialect: "cuda",
    open: async (graph, onDevice) => CSession.open(graph, device, onDevice),
  };
}
