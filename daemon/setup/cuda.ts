import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf, UserError } from "../../shared/errors.ts";
import { listGpus } from "../devices/gpus.ts";
import { CUDA_PROVIDER, cudaObstacle, runtimeFolder, runtimePackage } from "../devices/obstacles.ts";

const PATIENCE_MS = 30 * 60_000;

/** The files that onnxruntime's own installer adds to its package. */
const FILES = [CUDA_PROVIDER, "libonnxruntime_providers_shared.so", "libonnxruntime_providers_tensorrt.so"];

/**
 * Adds the CUDA provider to onnxruntime with the script that its package brings for this, from NuGet. Checks
 * driver, CUDA and cuDNN first. Throws a UserError that names what is missing.
 */
export async function installCuda(onStep: (step: string) => void): Promise<string> {
  onStep("checking driver, CUDA and cuDNN");
  const obstacle = cudaObstacle(await listGpus());
  if (obstacle !== undefined) throw new UserError(`CUDA cannot be used here: ${obstacle}`);
  const folder = runtimeFolder();
  if (existsSync(join(folder, CUDA_PROVIDER))) {
    onStep(`the provider is already in ${folder}`);
    return folder;
  }
  onStep("fetching onnxruntime's CUDA provider from nuget.org (about 300 MB)");
  const script = join(runtimePackage(), "script/install.js");
  try {
    await promisify(execFile)(process.execPath, [script, "--onnxruntime-node-install=cuda12"], {
      timeout: PATIENCE_MS,
      // Its setting that npm installs nothing by itself does not hold for an explicit command.
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "cuda12" },
    });
  } catch (error) {
    await removeCuda();
    const stderr = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
    const why = /^\s*(?:\w*Error: .*)$/m.exec(stderr)?.[0].trim() ?? messageOf(error).split("\n")[0];
    throw new UserError(`the CUDA provider could not be fetched: ${why}`);
  }
  return folder;
}

/** Deletes what was added; whether there was anything. */
export async function removeCuda(): Promise<boolean> {
  const folder = runtimeFolder();
  const had = existsSync(join(folder, CUDA_PROVIDER));
  for (const name of FILES) await rm(join(folder, name), { force: true });
  return had;
}
