import { CUDA_RUNTIME } from "../cuda-provider.ts";
import type { EncodedModel } from "../model.ts";
import type { Session } from "../session.ts";
import { Blocks, type DeviceMemory } from "./blocks.ts";
import type { CDevice } from "./bound-session.ts";
import { cApi, made, type Pointer } from "./functions.ts";
import koffi from "./native.ts";
import { RecordedSession } from "./recorded-session.ts";
import { CSession } from "./session.ts";
import { memoryInfo, type Place } from "./tensors.ts";

/** cudaMemcpyDefault: the driver knows by the addresses which memory they are of. */
const FROM_ANYWHERE = 4;
const DEFAULT_STREAM = null;

/** One of NVIDIA's cards, and how it computes. */
export interface CudaSettings {
  readonly index: number;
  readonly isTf32: boolean;
  /**
   * Whether the provider, after two runs, records what it asks of the card (a CUDA graph) and has it repeated; for a graph
   * that runs again and again.
   */
  readonly isRecorded: boolean;
}

/** A session on a card. CUDA's libraries have to be loaded, or where the system finds them. */
export function openOnCuda(
  graph: EncodedModel,
  onDevice: readonly string[],
  settings: CudaSettings,
): Session {
  const Opened = settings.isRecorded ? RecordedSession : CSession;
  return new Opened(graph, deviceOf(settings), onDevice);
}

/** All sessions of a card share its blocks. */
const places = new Map<number, Place>();

function placeOf(index: number): Place {
  const known = places.get(index);
  if (known !== undefined) return known;
  const memory = cudaMemory(index);
  const place = { info: memoryInfo("Cuda", index), memory, blocks: new Blocks(memory) };
  places.set(index, place);
  return place;
}

function deviceOf({ index, isTf32, isRecorded }: CudaSettings): CDevice {
  const settings = {
    device_id: String(index),
    use_tf32: isTf32 ? "1" : "0",
    enable_cuda_graph: isRecorded ? "1" : "0",
    // The default takes twice what it took before.
    arena_extend_strategy: "kSameAsRequested",
  };
  return { ...placeOf(index), configure: (options) => configure(options, settings) };
}

function configure(options: Pointer, settings: Readonly<Record<string, string>>): void {
  const api = cApi();
  // Each session would have threads of its own for a CPU that computes nothing.
  api.setIntraOpNumThreads(options, 1);
  // A node that the card cannot run makes the session fail; it would otherwise go to the CPU unasked.
  api.addSessionConfigEntry(options, "session.disable_cpu_ep_fallback", "1");
  const provider = made((out) => api.createCudaProviderOptions(out));
  try {
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
  const memcpy = library.func("int cudaMemcpy(void *, const void *, size_t, int)");
  const synchronize = library.func("int cudaStreamSynchronize(void *)");
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
    copy: (copies) => {
      check(setDevice(index));
      for (const { to, from, bytes } of copies) check(memcpy(to, from, bytes, FROM_ANYWHERE));
      // The runtime's streams wait for no other, and a copy within the card returns before it is done.
      check(synchronize(DEFAULT_STREAM));
    },
  };
}
