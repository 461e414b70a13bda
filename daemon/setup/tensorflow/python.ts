import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../../shared/errors.ts";
import { askPython } from "../ask-python.ts";
import type { TensorflowLibrary } from "./library.ts";

/** Finds the package without importing it, which would take seconds. */
const SEARCH = `
import glob, importlib.metadata, importlib.util, json, os
spec = importlib.util.find_spec("tensorflow")
versions = []
for name in ("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tf-nightly", "tensorflow-macos", "tensorflow-cpu-aws"):
    try:
        versions.append(importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        pass
folder = os.path.dirname(spec.origin) if spec and spec.origin else None
cuda = glob.glob(os.path.join(os.path.dirname(folder), "nvidia", "*", "lib")) if folder else []
print(json.dumps({"folder": folder, "version": versions[0] if versions else None, "cuda": sorted(cuda)}))
`;

const answerSchema = z.object({
  folder: z.string().nullable(),
  version: z.string().nullable(),
  cuda: z.array(z.string()),
});

/** The libraries inside a Python's TensorFlow package. Throws a UserError where it has none that can be used. */
export async function findInPython(
  python: string,
  source: TensorflowLibrary["source"],
): Promise<TensorflowLibrary> {
  const { folder, version, cuda } = await askPython(python, SEARCH, answerSchema);
  if (folder === null)
    throw new UserError(`${python} has no TensorFlow; install it there: ${python} -m pip install tensorflow`);
  const include = join(folder, "include");
  const files = namesOn(process.platform);
  const missing = [
    join(include, "tensorflow/c/eager/c_api.h"),
    ...files.map((file) => join(folder, file)),
  ].filter((file) => !existsSync(file));
  if (missing.length > 0)
    throw new UserError(
      `the TensorFlow ${version} of ${python} is not built as expected: ${missing.join(", ")} is missing; 2.16 to 2.21 are known to have it`,
    );
  return { source, python, version: version ?? "of unknown version", include, folder, files, cuda };
}

/** The two libraries that the package ships. */
function namesOn(platform: NodeJS.Platform): string[] {
  return platform === "darwin"
    ? ["libtensorflow_cc.2.dylib", "libtensorflow_framework.2.dylib"]
    : ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];
}
