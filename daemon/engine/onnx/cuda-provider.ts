import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { z } from "zod";
import { messageOf } from "../../../shared/errors.ts";
import { homeFolder } from "../../../shared/home.ts";
import { readSetupRecord } from "../../files/setup-record.ts";
import { keepLoaded } from "./keep-loaded.ts";

export const CUDA_RUNTIME = "libcudart.so.13";

/**
 * What the CUDA provider of onnxruntime 1.27 and later loads, in the order in which these need each other, and the
 * packages on PyPI that bring it. nvrtc is cuDNN's, which compiles some of its kernels with it.
 */
export const CUDA_LIBRARIES = [
  { name: CUDA_RUNTIME, package: "nvidia-cuda-runtime>=13,<14" },
  { name: "libnvrtc.so.13", package: "nvidia-cuda-nvrtc>=13,<14" },
  { name: "libcublasLt.so.13", package: "nvidia-cublas>=13,<14" },
  { name: "libcublas.so.13", package: "nvidia-cublas>=13,<14" },
  { name: "libcurand.so.10", package: "nvidia-curand>=10,<11" },
  { name: "libcudnn.so.9", package: "nvidia-cudnn-cu13>=9,<10" },
] as const;
/** The first of NVIDIA's drivers that CUDA 13 runs with. */
export const LEAST_DRIVER = 580;

/** The files of the provider. */
export const PROVIDER_FILES = [
  "libonnxruntime_providers_cuda.so",
  "libonnxruntime_providers_shared.so",
] as const;

const installationSchema = z.strictObject({
  /** The version of the runtime that the provider is of. */
  runtime: z.string(),
  /** The Python that was named, where one was. */
  python: z.string().nullable(),
  /** The folder that the provider is linked from; records of before have none. */
  provider: z.string().optional(),
  /** Files that are loaded before the provider asks for them by name; the system finds the others. */
  libraries: z.array(z.string()),
});

/** What `atelier setup cuda` made. */
export type CudaInstallation = z.infer<typeof installationSchema>;

/** All that the setup makes lies here, but for the provider, which the runtime looks for beside itself. */
export function cudaFolder(): string {
  return join(homeFolder("data"), "cuda");
}

export function cudaRecord(): string {
  return join(cudaFolder(), "installation.json");
}

/** The installation on this machine, if there is one. Throws a UserError where its record is unreadable. */
export function readCudaInstallation(): CudaInstallation | undefined {
  return readSetupRecord(cudaRecord(), installationSchema, "cuda");
}

/** Why the provider cannot be used as it is, and what to do; undefined where all of it is there. */
export function providerObstacle(): string | undefined {
  const again = "run: atelier setup cuda";
  if (!PROVIDER_FILES.every((name) => existsSync(join(runtimeFolder(), name))))
    return `onnxruntime's CUDA provider is not installed; ${again}`;
  const installation = readCudaInstallation();
  const gone = installation?.libraries.find((file) => !existsSync(file));
  if (gone !== undefined) return `${gone} is gone; ${again}`;
  return installation === undefined || installation.runtime === runtimeVersion()
    ? undefined
    : `the CUDA provider is that of onnxruntime ${installation.runtime}, and this is ${runtimeVersion()}; ${again}`;
}

/** Loads CUDA's libraries from where the setup found them, before the first session that wants them. */
export function loadCudaLibraries(): void {
  for (const library of readCudaInstallation()?.libraries ?? [])
    keepLoaded(library, "get it again with: atelier setup cuda --undo, then atelier setup cuda");
}

/** What the system says when it is to load the provider, which the runtime keeps to its log; undefined where it loads. */
export function whyProviderFails(): string | undefined {
  try {
    process.dlopen({ exports: {} }, join(runtimeFolder(), PROVIDER_FILES[0]));
  } catch (error) {
    // Without the runtime it misses more than libraries.
    return /^\S+: cannot open shared object file.*/.exec(messageOf(error))?.[0];
  }
  return undefined;
}

/** Where the runtime looks for its providers. */
export function runtimeFolder(): string {
  return join(dirname(runtimeManifest()), "bin/napi-v6", process.platform, process.arch);
}

export function runtimeVersion(): string {
  return (JSON.parse(readFileSync(runtimeManifest(), "utf8")) as { version: string }).version;
}

function runtimeManifest(): string {
  return createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
}
