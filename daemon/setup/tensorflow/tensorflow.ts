import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { messageOf, UserError } from "../../../shared/errors.ts";
import { programFile } from "../../../shared/programs.ts";
import { hasLibraries } from "../../devices/libraries.ts";
import {
  forgetInstallation,
  type Installation,
  memoryFile,
  readInstallation,
  tensorflowFolder,
  writeInstallation,
} from "../../engine/tfjs/installation.ts";
import { pythonPath } from "../ask-python.ts";
import { runProgram } from "../program.ts";
import { installPackages, type WantedPackages } from "../python-packages.ts";
import type { SetupOptions } from "../report.ts";
import {
  buildBinding,
  buildMemoryModule,
  checkBuildTools,
  hasMemoryModule,
  versionOfSources,
} from "./binding.ts";
import type { TensorflowLibrary } from "./library.ts";
import { fetchOfficial, isOfficialUsable } from "./official.ts";
import { findInPython } from "./python.ts";

export interface TensorflowSetup extends Installation {
  readonly folder: string;
  /** TensorFlow computes on a GPU here. */
  readonly isGpu: boolean;
  /** All was there and works. */
  readonly isUnchanged: boolean;
}

/**
 * Makes the engine `tfjs` work: finds or fetches TensorFlow, compiles the binding against it, and computes
 * something with both. Leaves alone what is there and works. Throws a UserError that names what is missing.
 */
export async function installTensorflow(options: SetupOptions): Promise<TensorflowSetup> {
  if (process.platform === "win32")
    throw new UserError("TensorFlow cannot be set up on Windows; the engine onnx computes there");
  const { reporter, signal } = options;
  const fromPython = options.fromPython === undefined ? undefined : pythonPath(options.fromPython);
  const folder = tensorflowFolder();
  const present = readInstallation();
  if (
    present !== undefined &&
    present.binding === versionOfSources() &&
    (fromPython ?? present.python) === present.python
  ) {
    reporter.step(`trying the TensorFlow ${present.tensorflow} that is set up`);
    try {
      return { ...present, folder, ...(await probe(options)), isUnchanged: true };
    } catch (error) {
      if (signal.aborted) throw error;
      reporter.line(messageOf(error));
    }
  }
  await checkBuildTools(signal);
  const isOutdated = present !== undefined && present.binding !== versionOfSources();
  const library = await findLibrary(
    fromPython ?? (isOutdated ? (present.python ?? undefined) : undefined),
    options,
  );
  reporter.step(`compiling the binding against the TensorFlow ${library.version} in ${library.folder}`);
  forgetInstallation();
  await rm(memoryFile(), { force: true });
  await buildBinding(library, signal);
  if (hasMemoryModule(library)) {
    reporter.step("compiling what keeps memory for its results");
    try {
      await buildMemoryModule(library, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      reporter.line(`it computes without, more slowly: ${messageOf(error)}`);
    }
  }
  const installation: Installation = {
    source: library.source,
    python: library.python,
    tensorflow: library.version,
    binding: versionOfSources(),
    libraries: library.folder,
  };
  await writeInstallation(installation);
  reporter.step("computing something with it");
  try {
    return { ...installation, folder, ...(await probeWithout(options)), isUnchanged: false };
  } catch (error) {
    forgetInstallation();
    throw error;
  }
}

/** Removes all that the setup made; says whether there was anything. */
export async function removeTensorflow(): Promise<{ folder: string; isRemoved: boolean }> {
  const folder = tensorflowFolder();
  const isRemoved = existsSync(folder);
  await rm(folder, { recursive: true, force: true });
  return { folder, isRemoved };
}

async function findLibrary(
  fromPython: string | undefined,
  { reporter, signal }: SetupOptions,
): Promise<TensorflowLibrary> {
  if (fromPython !== undefined) {
    reporter.step(`looking for TensorFlow in ${fromPython}`);
    return await findInPython(fromPython, "python");
  }
  const folder = tensorflowFolder();
  if (isOfficialUsable()) {
    try {
      return await fetchOfficial(join(folder, "official"), reporter, signal);
    } catch (error) {
      if (!(error instanceof UserError) || signal.aborted) throw error;
      reporter.line(error.message);
    }
  }
  const wanted = packagesFor(hasLibraries(DRIVER));
  const python = await installPackages(join(folder, "python"), wanted, reporter, signal);
  return { ...(await findInPython(python, "environment")), python: null };
}

/** The oldest TensorFlow whose Python package is known to carry the C interface that the binding wants. */
const LEAST = "2.16";

/**
 * Only the libraries inside the package are used, never Python's side of it, so on the CPU nothing that it
 * depends on is needed; on a GPU CUDA comes as packages of their own.
 */
function packagesFor(hasGpu: boolean): WantedPackages {
  const isPlainPc = process.platform === "linux" && process.arch === "x64";
  const name = `${hasGpu ? "tensorflow[and-cuda]" : isPlainPc ? "tensorflow-cpu" : "tensorflow"}>=${LEAST}`;
  return {
    arguments: hasGpu ? [name] : ["--no-deps", name],
    title: name,
    size: hasGpu ? "several GB" : "about 300 MB",
    space: hasGpu ? "8 GB" : "1.5 GB",
    none: "there is no TensorFlow for this Python's version",
    instead: "with a Python that has TensorFlow: atelier setup tensorflow --from-python PATH",
  };
}

/** NVIDIA's, which comes with every working GPU of theirs. */
const DRIVER = ["libcuda.so.1"];

/** Computes something, if need be without the module for memory. */
async function probeWithout(options: SetupOptions): Promise<{ isGpu: boolean }> {
  try {
    return await probe(options);
  } catch (error) {
    if (options.signal.aborted || !existsSync(memoryFile()) || messageOf(error) === WITHOUT_CUDA) throw error;
    options.reporter.line(`once more without what keeps memory: ${messageOf(error)}`);
    await rm(memoryFile());
    return await probe(options);
  }
}

const WITHOUT_CUDA =
  'this TensorFlow finds the driver, but not the libraries of CUDA that it was built for; get them in its Python with: python -m pip install "tensorflow[and-cuda]"';

/** Of what TensorFlow says when it is loaded; 2.21 then ends by SIGABRT where there is a driver. */
export function lacksCuda(words: readonly string[]): boolean {
  return words.some((line) => line.includes("Cannot dlopen some GPU libraries"));
}

const probeSchema = z.object({ isGpu: z.boolean() });

async function probe({ signal, reporter }: SetupOptions): Promise<{ isGpu: boolean }> {
  const words: string[] = [];
  try {
    const answer = await runProgram(process.execPath, [programFile("tensorflow-probe")], {
      signal,
      environment: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "0" },
      onLine: (line) => words.push(line),
    });
    const { isGpu } = probeSchema.parse(JSON.parse(answer));
    if (!isGpu && hasLibraries(DRIVER)) {
      reporter.step("NVIDIA's driver is here, but TensorFlow finds no GPU that it can compute on. It says:");
      for (const line of words.slice(0, -1)) reporter.line(line);
      if (lacksCuda(words)) reporter.line(WITHOUT_CUDA);
    }
    return { isGpu };
  } catch (error) {
    if (signal.aborted) throw error;
    if (lacksCuda(words) && hasLibraries(DRIVER)) throw new UserError(WITHOUT_CUDA);
    throw new UserError(`TensorFlow does not work here: ${messageOf(error)}`);
  }
}
