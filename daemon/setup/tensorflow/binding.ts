import { hash } from "node:crypto";
import { existsSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { UserError } from "../../../shared/errors.ts";
import { makeFolder } from "../../../shared/make-folder.ts";
import { bindingFile, memoryFile, quietFile, tensorflowFolder } from "../../engine/tfjs/installation.ts";
import { packageFile, packageVersion } from "../../engine/tfjs/tensorflow.ts";
import { ProgramError, runProgram } from "../program.ts";
import type { TensorflowLibrary } from "./library.ts";
import { MEMORY_SOURCE } from "./memory-source.ts";
import { QUIET_SOURCE } from "./quiet-source.ts";

const SOURCES = ["tfjs_backend.cc", "tfjs_binding.cc"];
const OPTIONS = "-std=c++17 -O2 -fPIC -shared -w -DNAPI_VERSION=8".split(" ");
/** Node provides its interface when it loads the module. */
const LINKING = process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : [];
/** The older form of the entry also holds for what these libraries load later, such as CUDA's. */
const PATHS = process.platform === "linux" ? ["-Wl,--disable-new-dtags"] : [];

/** What is built, so that another version of the program builds anew what has changed. */
export function versionOfSources(): string {
  const own = hash("sha256", JSON.stringify([MEMORY_SOURCE, QUIET_SOURCE, OPTIONS, LINKING, PATHS]));
  return `${packageVersion()}-${own.slice(0, 8)}`;
}

/**
 * Compiles the npm package's binding against a TensorFlow. It speaks Node-API, so one serves every later
 * Node; and it is two files, so that the compiler is called directly and no build tool has to fetch headers.
 */
export async function buildBinding(library: TensorflowLibrary, signal: AbortSignal): Promise<void> {
  const folder = join(dirname(packageFile()), "binding");
  await makeFolder(tensorflowFolder(), 0o700);
  await compile(
    bindingFile(),
    [...SOURCES.map((file) => join(folder, file)), ...optionsFor(library)],
    signal,
  );
  const source = join(tensorflowFolder(), "quiet.cc");
  await writeFile(source, QUIET_SOURCE);
  await compile(quietFile(), [source], signal);
}

/** Whether the module for memory can be built: it speaks to more of TensorFlow than its C library's headers tell. */
export function hasMemoryModule(library: TensorflowLibrary): boolean {
  return (
    process.platform === "linux" &&
    existsSync(join(library.include, "tensorflow/core/framework/allocator_registry.h"))
  );
}

/** Compiles the module for memory. Throws a ProgramError where this TensorFlow is not made for it. */
export async function buildMemoryModule(library: TensorflowLibrary, signal: AbortSignal): Promise<void> {
  const source = join(tensorflowFolder(), "memory.cc");
  await writeFile(source, MEMORY_SOURCE);
  await compile(memoryFile(), [source, ...optionsFor(library)], signal);
}

/** Headers and libraries, where they lie now and when the module is loaded. */
function optionsFor({ include, folder, files, cuda }: TensorflowLibrary): string[] {
  return [
    "-I",
    include,
    ...files.map((file) => join(folder, file)),
    ...PATHS,
    ...[folder, ...cuda].map((path) => `-Wl,-rpath,${path}`),
  ];
}

/** Looks for what building needs, before anything large is fetched. Throws a UserError that names what is missing. */
export async function checkBuildTools(signal: AbortSignal): Promise<void> {
  packageFile();
  try {
    await runProgram(compiler(), ["--version"], { signal });
  } catch (error) {
    if (error instanceof ProgramError && error.isMissing)
      throw new UserError(
        `the C++ compiler ${compiler()} is not on this machine; install one (Debian and Ubuntu: apt install g++; macOS: xcode-select --install)`,
      );
    throw error;
  }
}

function compiler(): string {
  return process.env["CXX"] ?? "c++";
}

async function compile(file: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  const nodeApi: { include_dir: string } = createRequire(import.meta.url)("node-api-headers");
  const built = `${file}.part`;
  await runProgram(compiler(), [...OPTIONS, "-I", nodeApi.include_dir, ...args, ...LINKING, "-o", built], {
    signal,
  });
  await rename(built, file);
}
