import koffi from "koffi";
import { Blocks } from "../../daemon/engine/onnx/c-api/blocks.ts";
import { CSession, memoryInfo } from "../../daemon/engine/onnx/c-api/session.ts";
import type { Dialect } from "../../daemon/engine/onnx/dialect.ts";
import type { Provider } from "../../daemon/engine/onnx/provider.ts";

/** The runtime's C API is for CUDA, and that is on Linux. */
export const hasCApi = process.platform === "linux";

/** The process's memory as a device's, which counts what is taken and ends at so many blocks. */
export class CountedMemory {
  held = 0;
  taken = 0;
  readonly #most: number;

  constructor(most = Number.POSITIVE_INFINITY) {
    this.#most = most;
  }

  allocate(bytes: number): bigint {
    if (this.held >= this.#most) throw new Error("CUDA failure 2: out of memory");
    this.held++;
    this.taken++;
    return koffi.alloc("uint8_t", bytes) as bigint;
  }

  free(block: bigint): void {
    this.held--;
    koffi.free(block);
  }
}

/** The CPU through the runtime's C API, as a device that keeps its vectors: what CUDA does where there is a card. */
export function cpuThroughCApi(memory = new CountedMemory(), dialect: Dialect = "cuda"): Provider {
  const device = { memory: memoryInfo("Cpu", 0), blocks: new Blocks(memory), configure: () => {} };
  return {
    kind: "cpu",
    device: "cpu, through the C API",
    dialect,
    open: async (graph, onDevice) => CSession.open(graph, device, onDevice),
  };
}
