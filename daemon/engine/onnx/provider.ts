import type { DeviceKind } from "../../../shared/devices.ts";
import { cpuName, threadsOf } from "../cpu.ts";
import { countCardsByBus } from "../cuda-cards.ts";
import { loadCudaLibraries } from "./cuda-provider.ts";
import type { Dialect } from "./dialect.ts";
import type { EncodedModel } from "./model.ts";
import { type NodeOptions, NodeSession } from "./node-session.ts";
import type { Session } from "./session.ts";
import { useSwiftShader } from "./swiftshader.ts";
import { chooseVulkanDrivers } from "./vulkan-drivers.ts";
import { loadVulkanLoader } from "./vulkan-loader.ts";

/** One of the runtime's execution providers on one device. */
export interface Provider {
  readonly kind: DeviceKind;
  /** The device in words, as reports show it. */
  readonly device: string;
  readonly dialect: Dialect;
  /** Opens a session; results of the names in `onDevice` are left there. */
  readonly open: (graph: EncodedModel, onDevice: readonly string[], purpose: Purpose) => Promise<Session>;
}

/**
 * What a session is for: something that is done a few times, evaluating again and again, or the arithmetic in between,
 * which is in float32 also where the others may be asked to round.
 */
export type Purpose = "once" | "evaluate" | "arithmetic";

/** A node that the provider cannot run makes the session fail; the runtime would otherwise put it on the CPU unasked. */
const NO_FALLBACK = { extra: { session: { disable_cpu_ep_fallback: "1" } } } as const;

/** Read once, since it is taken back below. */
const isTf32 = process.env["NVIDIA_TF32_OVERRIDE"] === "1";

/** What each kind needs to be set up in this process, and the session options that choose it. */
export const PROVIDERS: Readonly<Record<DeviceKind, (index: number, threads?: number) => Provider>> = {
  cpu: (_index, wanted) => {
    const threads = threadsOf(wanted);
    return {
      kind: "cpu",
      device: cpuName(threads),
      dialect: "cpu",
      open: throughNode({
        executionProviders: ["cpu"],
        intraOpNumThreads: threads,
        // A preplanned arena would hold nearly twice the memory at the same speed.
        enableMemPattern: false,
      }),
    };
  },
  webgpu: () => {
    chooseVulkanDrivers();
    if (process.platform === "linux") loadVulkanLoader();
    return webgpu("webgpu", "webgpu");
  },
  swiftshader: () => {
    useSwiftShader();
    return webgpu("swiftshader", "webgpu on SwiftShader, which computes on the CPU");
  },
  cuda: (index) => {
    // Tensor cores round products to 10 bits by default, which changes pictures. Where that is wanted each session says
    // so, since with "1" CUDA's libraries may round also what is to be float32.
    if (isTf32) delete process.env["NVIDIA_TF32_OVERRIDE"];
    else process.env["NVIDIA_TF32_OVERRIDE"] = "0";
    const isRecorded = process.env["ATELIER_CUDA_GRAPH"] !== "0";
    countCardsByBus();
    loadCudaLibraries();
    return {
      kind: "cuda",
      device: `cuda:${index}, ${isTf32 ? "TF32" : "float32"}${isRecorded ? "" : ", without a CUDA graph"}`,
      dialect: "cuda",
      open: async (graph, onDevice, purpose) => {
        const { openOnCuda } = await import("./c-api/cuda.ts");
        return openOnCuda(graph, onDevice, {
          index,
          isTf32: isTf32 && purpose !== "arithmetic",
          isRecorded: isRecorded && purpose === "evaluate",
        });
      },
    };
  },
};

function webgpu(kind: DeviceKind, device: string): Provider {
  return {
    kind,
    device,
    dialect: "webgpu",
    open: throughNode({
      // Sizes never change, so that buffers of exactly the right size are found again.
      executionProviders: [{ name: "webgpu", storageBufferCacheMode: "simple" }],
      // Each session would have threads of its own for a CPU that computes nothing.
      intraOpNumThreads: 1,
      ...NO_FALLBACK,
    }),
  };
}

function throughNode(options: NodeOptions): Provider["open"] {
  return async (graph, onDevice) => await NodeSession.open(graph, options, onDevice);
}
