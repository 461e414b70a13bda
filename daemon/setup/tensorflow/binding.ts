import { mkdir, rename } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { UserError } from "../../../shared/errors.ts";
import { bindingFile } from "../../engine/tfjs/installation.ts";
import { packageFile } from "../../engine/tfjs/tensorflow.ts";
import { ProgramError, runProgram } from "../program.ts";
import type { TensorflowLibrary } from "./library.ts";

const SOURCES = ["tfjs_backend.cc", "tfjs_binding.cc"];

/** The older form of the paths also holds for what these libraries load later, such as CUDA's. */
const LINKING = process.platform === "linux" ? ["-Wl,--disable-new-dtags"] : ["-undefined", "dynamic_lookup"];

/**
 * Compiles the npm package's binding against a TensorFlow. It speaks Node-API, so one serves every later
 * Node; and it is two files, so that the compiler is called directly and no build tool has to fetch headers.
 */
export async function buildBinding(library: TensorflowLibrary, signal: AbortSignal): Promise<void> {
  const folder = join(dirname(packageFile()), "binding");
  const nodeApi: { include_dir: string } = createRequire(import.meta.url)("node-api-headers");
  const built = `${bindingFile()}.part`;
  await mkdir(dirname(built), { recursive: true, mode: 0o700 });
  const compiler = process.env["CXX"] ?? "c++";
  const paths = [library.folder, ...library.cuda].map((path) => `-Wl,-rpath,${path}`);
  const options = "-std=c++17 -O2 -fPIC -shared -w -DNAPI_VERSION=8".split(" ");
  const inputs = [
    ...SOURCES.map((file) => join(folder, file)),
    ...library.files.map((file) => join(library.folder, file)),
  ];
  const includes = ["-I", nodeApi.include_dir, "-I", library.include];
  const args = [...options, ...includes, ...inputs, ...LINKING, ...paths, "-o", built];
  try {
    await runProgram(compiler, args, { signal });
  } catch (error) {
    if (error instanceof ProgramError && error.isMissing)
      throw new UserError(
        `the C++ compiler ${compiler} is not on this machine; install one (Debian and Ubuntu: apt install g++; macOS: xcode-select --install)`,
      );
    throw error;
  }
  await rename(built, bindingFile());
}
