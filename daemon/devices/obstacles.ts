import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { DeviceId, DeviceKind, ENGINE_KINDS, EngineId } from "../../shared/devices.ts";
import { messageOf } from "../../shared/errors.ts";
import { hasSwiftShader } from "../engine/onnx/swiftshader.ts";
import { readInstallation } from "../engine/tfjs/installation.ts";
import type { Gpu } from "./gpus.ts";
import { missingLibraries } from "./libraries.ts";
import { hasVulkanDriver } from "./vulkan.ts";

/** What onnxruntime's CUDA provider links to. */
export const CUDA_LIBRARIES = [
  "libcudart.so.12",
  "libcublas.so.12",
  "libcublasLt.so.12",
  "libcufft.so.11",
  "libcurand.so.10",
];
export const CUDNN_LIBRARIES = ["libcudnn.so.9"];

const NO_NVIDIA = "no NVIDIA GPU: nvidia-smi is missing or lists none; it comes with NVIDIA's driver";

/**
 * Why a device cannot work on this machine and how to get what is missing, in words; undefined where
 * nothing stands in the way that can be seen without trying.
 */
export function obstacleTo({ engine, kind, index }: DeviceId, gpus: readonly Gpu[]): string | undefined {
  const kinds: Partial<Record<DeviceKind, Obstacle>> = OBSTACLES[engine];
  const obstacle = kinds[kind];
  return obstacle === undefined ? `${engine} does not compute on ${kind}` : obstacle(gpus, index ?? 0);
}

type Obstacle = (gpus: readonly Gpu[], index: number) => string | undefined;

const OBSTACLES: {
  readonly [E in EngineId]: Readonly<Record<(typeof ENGINE_KINDS)[E][number], Obstacle>>;
} = {
  onnx: {
    cpu: () => undefined,
    webgpu: (gpus, index) => {
      if (index > 0) return "WebGPU computes on the GPU that the system prefers; only CUDA's have numbers";
      return process.platform === "linux" ? vulkanObstacle(gpus) : undefined;
    },
    cuda: (gpus, index) => cudaObstacle(gpus, index) ?? providerObstacle(),
    swiftshader: () =>
      hasSwiftShader()
        ? undefined
        : "not set up; it serves to test WebGPU without a GPU: atelier setup swiftshader",
  },
  tfjs: {
    cpu: () => tensorflowObstacle(),
    cuda: (gpus) => (gpus.some(({ cudaIndex }) => cudaIndex !== null) ? tensorflowObstacle() : NO_NVIDIA),
  },
};

function tensorflowObstacle(): string | undefined {
  try {
    return readInstallation() === undefined
      ? "TensorFlow is not set up: atelier setup tensorflow"
      : undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function vulkanObstacle(gpus: readonly Gpu[]): string | undefined {
  // Windows' GPUs are seen through /dev/dxg by the Linux inside it.
  if (gpus.length === 0 && !existsSync("/dev/dxg"))
    return "no GPU: neither nvidia-smi nor /sys/class/drm names one";
  if (missingLibraries(["libvulkan.so.1"]).length > 0)
    return "the Vulkan loader libvulkan.so.1 is missing; install it (Debian, Ubuntu: libvulkan1; Fedora: vulkan-loader)";
  if (!hasVulkanDriver())
    return "no Vulkan driver of a GPU; install one (AMD, Intel: mesa-vulkan-drivers; NVIDIA: the driver with its libraries for graphics)";
  return undefined;
}

/** What stands between this machine and CUDA itself, whoever wants to use it. */
export function cudaObstacle(gpus: readonly Gpu[], index = 0): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64")
    return "CUDA is for Linux on x64 here; use webgpu";
  const nvidia = gpus.filter(({ cudaIndex }) => cudaIndex !== null);
  if (nvidia.length === 0) return NO_NVIDIA;
  if (!nvidia.some(({ cudaIndex }) => cudaIndex === index))
    return `there is no cuda:${index}; nvidia-smi lists ${nvidia.map(({ cudaIndex }) => `cuda:${cudaIndex}`).join(", ")}`;
  return librariesObstacle();
}

/** Which of CUDA's and cuDNN's libraries are missing. */
export function librariesObstacle(): string | undefined {
  const cuda = missingLibraries(CUDA_LIBRARIES);
  if (cuda.length > 0)
    return `CUDA 12 is missing (${cuda.join(", ")}); install the CUDA toolkit 12, or name its folder in LD_LIBRARY_PATH`;
  const cudnn = missingLibraries(CUDNN_LIBRARIES);
  if (cudnn.length > 0)
    return `cuDNN 9 is missing (${cudnn.join(", ")}); install it for CUDA 12, or name its folder in LD_LIBRARY_PATH`;
  return undefined;
}

function providerObstacle(): string | undefined {
  return existsSync(join(runtimeFolder(), CUDA_PROVIDER))
    ? undefined
    : "onnxruntime's CUDA provider is not installed: atelier setup cuda";
}

export const CUDA_PROVIDER = "libonnxruntime_providers_cuda.so";

/** Where onnxruntime looks for its providers. */
export function runtimeFolder(): string {
  return join(runtimePackage(), "bin/napi-v6", process.platform, process.arch);
}

/** The installed package of onnxruntime. */
export function runtimePackage(): string {
  return dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
}
