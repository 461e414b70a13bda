import koffi from "koffi";
import { CUDA_RUNTIME } from "../cuda-provider.ts";
import type { EncodedModel } from "../model.ts";
import { Blocks, type DeviceMemory } from "./blocks.ts";
import { cApi, made, type Pointer } from "./functions.ts";
import { type CDevice, CSession, memoryInfo } from "./session.ts";

/** A session on one of NVIDIA's cards. CUDA's libraries have to be loaded, or where the system finds them. */
export function openOnCuda(
  graph: EncodedModel,
  onDevice: readonly string[],
  index: number,
  isTf32: boolean,
): CSession {
  return CSession.open(graph, deviceAt(index, isTf32), onDevice);
}

/** All sessions of a card share its blocks. */
const devices = new Map<number, CDevice>();

function deviceAt(index: number, isTf32: boolean): CDevice {
  const device = devices.get(index) ?? {
    memory: memoryInfo("Cuda", index),
    blocks: new Blocks(cudaMemory(index)),
    configure: (options: Pointer) => configure(options, index, isTf32),
  };
  devices.set(index, device);
  return device;
}

function configure(options: Pointer, index: number, isTf32: boolean): void {
  const api = cApi();
  // Each session would have threads of its own for a CPU that computes nothing.
  api.setIntraOpNumThreads(options, 1);
  // A node that the card cannot run makes the session fail; it would otherwise go to the CPU unasked.
  api.addSessionConfigEntry(options, "session.disable_cpu_ep_fallback", "1");
  const provider = made((out) => api.createCudaProviderOptions(out));
  try {
    const settings = {
      device_id: String(index),
      use_tf32: isTf32 ? "1" : "0",
      // The default takes twice what it took before.
      arena_extend_strategy: "kSameAsRequested",
    };
    const [keys, values] = [Object.keys(settings), Object.values(settings)];
    api.updateCudaProviderOptions(provider, keys, values, keys.length);
    api.appendCuda(options, provider);
  } finally {
    api.releaseCudaProviderOptions(provider);
  }
}

function cudaMemory(index: number): DeviceMemory {
  const library = koffi.load(CUDA_RUNTIME);
  const setDevice = library.func("int cudaSetDevice(int)");
  const malloc = library.func("int cudaMalloc(_Out_ void **, size_t)");
  const free = library.func("int cudaFree(void *)");
  const lastError = library.func("int cudaGetLastError()");
  const errorText = library.func("const char *cudaGetErrorString(int)");
  const check = (code: number) => {
    if (code === 0) return;
    // Else the next one to ask, the runtime, would take it for its own.
    lastError();
    throw new Error(`CUDA failure ${code}: ${errorText(code)}`);
  };
  return {
    allocate: (bytes) => {
      check(setDevice(index));
      return made((out) => check(malloc(out, bytes)));
    },
    // What fails here is the work before it, which is told by itself.
    free: (block) => {
      free(block);
      lastError();
    },
  };
}
