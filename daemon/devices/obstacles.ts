import { existsSync } from "node:fs";
import type { DeviceId, DeviceKind, ENGINE_KINDS, EngineId } from "../../shared/devices.ts";
import { messageOf } from "../../shared/errors.ts";
import { visibleCards } from "../engine/cuda-cards.ts";
import { LEAST_DRIVER, providerObstacle } from "../engine/onnx/cuda-provider.ts";
import { hasSwiftShader, swiftShaderObstacle } from "../engine/onnx/swiftshader.ts";
import { hasVulkanDriver } from "../engine/onnx/vulkan-drivers.ts";
import { ownVulkanLoader, VULKAN_LOADER } from "../engine/onnx/vulkan-loader.ts";
import { readInstallation } from "../engine/tfjs/installation.ts";
import type { Gpu } from "./gpu.ts";
import { missingLibraries } from "./libraries.ts";

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
        ? swiftShaderObstacle()
        : "not set up; it serves to test WebGPU without a GPU: atelier setup swiftshader",
  },
  tfjs: {
    cpu: () => tensorflowObstacle(),
    cuda: (gpus, index) => cardObstacle(gpus, index) ?? tensorflowObstacle(),
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
  if (missingLibraries([VULKAN_LOADER]).length > 0 && ownVulkanLoader() === undefined)
    return `the Vulkan loader ${VULKAN_LOADER} is missing; install it (Debian, Ubuntu: libvulkan1; Fedora: vulkan-loader)`;
  if (!hasVulkanDriver())
    return "no Vulkan driver of a GPU; install one (AMD, Intel: mesa-vulkan-drivers; NVIDIA: the driver with its libraries for graphics)";
  return undefined;
}

/** Why there is no such card of NVIDIA's to be used. */
function cardObstacle(gpus: readonly Gpu[], index: number): string | undefined {
  const numbers = gpus.flatMap(({ cudaIndex }) => (cudaIndex === null ? [] : [cudaIndex]));
  if (numbers.includes(index)) return undefined;
  if (numbers.length > 0)
    return `there is no cuda:${index}; there ${numbers.length === 1 ? "is" : "are"} ${numbers.map((one) => `cuda:${one}`).join(", ")}`;
  return visibleCards !== undefined && gpus.some(({ maker }) => maker === "nvidia")
    ? `CUDA_VISIBLE_DEVICES=${visibleCards.join(",")} names none of the NVIDIA GPUs here`
    : NO_NVIDIA;
}

/** What stands between this machine's cards and onnxruntime's CUDA, but for the provider itself. */
export function cudaObstacle(gpus: readonly Gpu[], index = 0): string | undefined {
  if (process.platform !== "linux" || process.arch !== "x64")
    return "CUDA is for Linux on x64 here; use webgpu";
  const obstacle = cardObstacle(gpus, index);
  if (obstacle !== undefined) return obstacle;
  if (missingLibraries(["libcuda.so.1"]).length > 0)
    return "NVIDIA's driver is not complete here: libcuda.so.1 is missing; it comes with the driver, in a container with NVIDIA's container toolkit";
  const driver = gpus.find(({ cudaIndex }) => cudaIndex === index)?.driver ?? null;
  return driver !== null && Number.parseInt(driver, 10) < LEAST_DRIVER
    ? `NVIDIA's driver ${driver} is too old for CUDA 13, which takes ${LEAST_DRIVER} or newer; tfjs (atelier setup tensorflow) and webgpu can do with it`
    : undefined;
}
