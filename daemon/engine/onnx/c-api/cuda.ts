import { cApi, made, type Pointer } from "./functions.ts";
import { type CDevice, memoryInfo, theEnvironment } from "./session.ts";

export { CSession } from "./session.ts";

const NAME = "CUDAExecutionProvider";
/** Takes what is asked for, where the default doubles what it took before. */
const AS_REQUESTED = 1;

const devices = new Map<number, CDevice>();

/** One of NVIDIA's cards. All sessions on it share one arena of its memory. */
export function cudaDevice(index: number, isTf32: boolean): CDevice {
  const known = devices.get(index);
  if (known !== undefined) return known;
  const memory = memoryInfo("Cuda", index);
  shareArena(memory, index);
  const device = {
    memory,
    configure: (options: Pointer) => {
      const api = cApi();
      api.addSessionConfigEntry(options, "session.use_env_allocators", "1");
      // A node that the card cannot run makes the session fail; it would otherwise go to the CPU unasked.
      api.addSessionConfigEntry(options, "session.disable_cpu_ep_fallback", "1");
      const provider = made((out) => api.createCudaProviderOptions(out));
      try {
        const settings = {
          device_id: String(index),
          use_tf32: isTf32 ? "1" : "0",
          cudnn_conv_algo_search: "EXHAUSTIVE",
        };
        const [keys, values] = [Object.keys(settings), Object.values(settings)];
        api.updateCudaProviderOptions(provider, keys, values, keys.length);
        api.appendCuda(options, provider);
      } finally {
        api.releaseCudaProviderOptions(provider);
      }
    },
  };
  devices.set(index, device);
  return device;
}

function shareArena(memory: Pointer, index: number): void {
  const api = cApi();
  const arena = made((out) => api.createArenaCfgV2(["arena_extend_strategy"], [AS_REQUESTED], 1, out));
  try {
    api.createAndRegisterAllocatorV2(
      theEnvironment(),
      NAME,
      memory,
      arena,
      ["device_id"],
      [String(index)],
      1,
    );
  } finally {
    api.releaseArenaCfg(arena);
  }
}
