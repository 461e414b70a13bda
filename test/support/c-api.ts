import { Blocks, type Copy, type DeviceMemory } from "../../daemon/engine/onnx/c-api/blocks.ts";
import { cApi, type Pointer } from "../../daemon/engine/onnx/c-api/functions.ts";
import koffi from "../../daemon/engine/onnx/c-api/native.ts";
import { RecordedSession } from "../../daemon/engine/onnx/c-api/recorded-session.ts";
import { CSession } from "../../daemon/engine/onnx/c-api/session.ts";
import { memoryInfo } from "../../daemon/engine/onnx/c-api/tensors.ts";
import type { Dialect } from "../../daemon/engine/onnx/dialect.ts";
import type { Provider } from "../../daemon/engine/onnx/provider.ts";

/** The runtime's C API is for CUDA, and that is on Linux. */
export const hasCApi = process.platform === "linux";

/** The process's memory as a device's, which counts what is taken and ends at so many blocks. */
export class CountedMemory implements DeviceMemory {
  held = 0;
  taken = 0;
  readonly #most: number;
  /** Of a library that is loaded before the runtime's functions are asked for, as CUDA's is. */
  readonly #memcpy = koffi.load("libc.so.6").func("void *memcpy(void *, const void *, size_t)");

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

  copy(copies: readonly Copy[]): void {
    for (const { to, from, bytes } of copies) this.#memcpy(to, from, bytes);
  }
}

/**
 * The CPU through the runtime's C API, as a device that keeps its vectors: what CUDA does where there is a card, with
 * evaluations recorded or not.
 */
export function cpuThroughCApi({
  memory = new CountedMemory(),
  dialect = "cuda",
  isRecorded = false,
}: {
  memory?: CountedMemory;
  dialect?: Dialect;
  isRecorded?: boolean;
} = {}): Provider {
  const device = {
    info: memoryInfo("Cpu", 0),
    memory,
    blocks: new Blocks(memory),
    // As on a card: threads of many sessions would only wait for each other.
    configure: (options: Pointer) => cApi().setIntraOpNumThreads(options, 1),
  };
  return {
    kind: "cpu",
    device: "cpu, through the C API",
    dialect,
    open: async (graph, onDevice, purpose) => {
      const Opened = isRecorded && purpose === "evaluate" ? RecordedSession : CSession;
      return new Opened(graph, device, onDevice);
    },
  };
}
