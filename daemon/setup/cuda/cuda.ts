import { existsSync } from "node:fs";
import { access, constants, readlink, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileProblem, UserError } from "../../../shared/errors.ts";
import { makeFolder } from "../../../shared/make-folder.ts";
import { listGpus } from "../../devices/gpus.ts";
import { missingLibraries } from "../../devices/libraries.ts";
import { cudaObstacle } from "../../devices/obstacles.ts";
import {
  CUDA_LIBRARIES,
  type CudaInstallation,
  cudaFolder,
  cudaRecord,
  PROVIDER_FILES,
  providerObstacle,
  readCudaInstallation,
  runtimeFolder,
  runtimeVersion,
} from "../../engine/onnx/cuda-provider.ts";
import { writeDurably } from "../../files/durable-write.ts";
import { pythonPath } from "../ask-python.ts";
import { installPackages } from "../python-packages.ts";
import type { SetupOptions } from "../report.ts";
import { type CudaPackages, packagesFor, packagesIn, packagesOfPython } from "./packages.ts";

/**
 * Puts the CUDA provider of this runtime's version beside the runtime, from PyPI or from a Python that has it, and with
 * it those of CUDA's libraries that the system lacks. What is there already stays. Throws a UserError that names what
 * is missing.
 */
export async function installCuda({ fromPython, signal, reporter }: SetupOptions): Promise<string> {
  reporter.step("checking card and driver");
  const obstacle = cudaObstacle(await listGpus());
  if (obstacle !== undefined) throw new UserError(`CUDA cannot be used here: ${obstacle}`);
  const python = fromPython === undefined ? null : pythonPath(fromPython);
  const present = readCudaInstallation();
  if (
    present !== undefined &&
    providerObstacle() === undefined &&
    (python ?? present.python) === present.python
  ) {
    reporter.step(`the provider is already in ${runtimeFolder()}`);
    return runtimeFolder();
  }
  await refuseForeignRuntime();
  const runtime = runtimeVersion();
  // Asked before anything is taken away.
  const named = python === null ? undefined : await packagesOfPython(python, runtime);
  await removeCuda();
  const packages = named ?? (await fetchPackages(runtime));
  const libraries = librariesFrom(packages);
  reporter.step(`linking the provider into ${runtimeFolder()}`);
  await linkProvider(packages);
  await record({ runtime, python, provider: packages.provider, libraries });
  return runtimeFolder();

  async function fetchPackages(version: string): Promise<CudaPackages> {
    const names = CUDA_LIBRARIES.filter(({ name }) => isMissing(name)).map((library) => library.package);
    const target = join(cudaFolder(), "packages");
    await makeFolder(cudaFolder(), 0o700);
    const wanted = packagesFor(target, version, [...new Set(names)]);
    await installPackages(join(cudaFolder(), "python"), wanted, reporter, signal);
    return packagesIn(target);
  }
}

/** The provider has to lie beside the runtime: known before anything is fetched. */
async function refuseForeignRuntime(): Promise<void> {
  try {
    await access(runtimeFolder(), constants.W_OK);
  } catch (error) {
    throw new UserError(
      `the provider has to be put into ${runtimeFolder()}: ${fileProblem(error)}; install Atelier into a folder of yours`,
    );
  }
}

/** Deletes what was added; says whether there was anything. */
export async function removeCuda(): Promise<boolean> {
  const had = existsSync(cudaFolder());
  // Another home may have linked its own there.
  if (await isOwnLink())
    for (const name of PROVIDER_FILES) await rm(join(runtimeFolder(), name), { force: true });
  await rm(cudaFolder(), { recursive: true, force: true });
  return had;
}

/** Whether the provider beside the runtime is the one in this home's folder, be it gone or not, or the one it recorded. */
async function isOwnLink(): Promise<boolean> {
  const target = await readlink(join(runtimeFolder(), PROVIDER_FILES[0])).catch(() => "");
  return target.startsWith(join(cudaFolder(), "/")) || isRecorded(dirname(target));
}

/** Undoing helps whatever became of the record, and earlier ones do not name the provider. */
function isRecorded(provider: string): boolean {
  try {
    const installation = readCudaInstallation();
    return installation !== undefined && (installation.provider ?? provider) === provider;
  } catch {
    return true;
  }
}

/** Where NVIDIA's own installer puts libraries, without telling the loader. */
const TOOLKITS = ["/usr/local/cuda/lib64", "/usr/local/cuda-13/lib64", "/opt/cuda/lib64"];

/** Neither the loader finds it nor do we. */
function isMissing(name: string): boolean {
  return missingLibraries([name]).length > 0 && fileIn(TOOLKITS, name) === undefined;
}

function fileIn(folders: readonly string[], name: string): string | undefined {
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/** Where each library lies that the system's loader would not find. */
function librariesFrom({ libraries: folders }: CudaPackages): string[] {
  const missing = missingLibraries(CUDA_LIBRARIES.map(({ name }) => name));
  const found = missing.map((name) => ({ name, file: fileIn([...folders, ...TOOLKITS], name) }));
  const gone = found.filter(({ file }) => file === undefined).map(({ name }) => name);
  if (gone.length > 0)
    throw new UserError(
      `CUDA's ${gone.join(", ")} ${gone.length === 1 ? "is" : "are"} neither on this machine nor in those packages; install CUDA 13 and cuDNN 9, or let them be fetched: atelier setup cuda`,
    );
  return found.flatMap(({ file }) => (file === undefined ? [] : [file]));
}

async function linkProvider({ provider }: CudaPackages): Promise<void> {
  for (const name of PROVIDER_FILES) {
    const link = join(runtimeFolder(), name);
    try {
      await rm(link, { force: true });
      await symlink(join(provider, name), link);
    } catch (error) {
      throw new UserError(
        `cannot put the provider where the runtime looks for it, ${link}: ${fileProblem(error)}`,
      );
    }
  }
}

async function record(installation: CudaInstallation): Promise<void> {
  await makeFolder(cudaFolder(), 0o700);
  await writeDurably(cudaRecord(), Buffer.from(`${JSON.stringify(installation, null, 2)}\n`));
}
