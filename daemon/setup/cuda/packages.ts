import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../../shared/errors.ts";
import { askPython } from "../ask-python.ts";
import type { WantedPackages } from "../python-packages.ts";

/** Folders of Python packages: the runtime's with the CUDA provider, and those of NVIDIA's libraries. */
export interface CudaPackages {
  readonly provider: string;
  readonly libraries: readonly string[];
}

/** Any of the wheels will do: only libraries in it are used, and they are the same for every Python. */
const ANY_PYTHON = ["--python-version", "3.12", "--implementation", "cp", "--only-binary=:all:", "--no-deps"];
const LINUX = ["2_28", "2_27", "2_17", "2_12", "2_5"].map((glibc) => `manylinux_${glibc}_x86_64`);
const PLATFORMS = [...LINUX, "manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"];

/** What pip is to put into `folder`: the provider of this runtime, and packages of libraries that are missing. */
export function packagesFor(folder: string, runtime: string, libraries: readonly string[]): WantedPackages {
  const platforms = PLATFORMS.flatMap((name) => ["--platform", name]);
  const provider = `onnxruntime-gpu==${runtime}`;
  return {
    arguments: ["--target", folder, ...ANY_PYTHON, ...platforms, provider, ...libraries],
    title: libraries.length === 0 ? provider : `${provider} and CUDA's libraries`,
    size: libraries.length === 0 ? "about 250 MB" : "about 1.5 GB",
    space: libraries.length === 0 ? "400 MB" : "4 GB",
    none: `pip finds not all of ${[provider, ...libraries].join(", ")}`,
    instead: "with a Python that has onnxruntime-gpu[cuda,cudnn]: atelier setup cuda --from-python PATH",
  };
}

/** The packages in a folder that pip filled. */
export function packagesIn(folder: string): CudaPackages {
  const nvidia = join(folder, "nvidia");
  const names = existsSync(nvidia) ? readdirSync(nvidia).toSorted() : [];
  return {
    provider: join(folder, "onnxruntime/capi"),
    libraries: names.map((name) => join(nvidia, name, "lib")),
  };
}

/** Finds them without importing anything. */
const SEARCH = `
import importlib.metadata, importlib.util, json, os
def folders(name):
    spec = importlib.util.find_spec(name)
    return list(spec.submodule_search_locations or []) if spec else []
def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
libraries = [os.path.join(at, name, "lib") for at in folders("nvidia") for name in sorted(os.listdir(at))]
print(json.dumps({"version": version("onnxruntime-gpu"), "folders": folders("onnxruntime"), "libraries": libraries}))
`;

const answerSchema = z.object({
  version: z.string().nullable(),
  folders: z.array(z.string()),
  libraries: z.array(z.string()),
});

/** The packages of a Python. Throws a UserError where it has no provider of this runtime. */
export async function packagesOfPython(python: string, runtime: string): Promise<CudaPackages> {
  const { version, folders, libraries } = await askPython(python, SEARCH, answerSchema);
  const [folder] = folders;
  if (version !== runtime || folder === undefined)
    throw new UserError(
      `${python} has ${version === null ? "no onnxruntime-gpu" : `onnxruntime-gpu ${version}`}, and the provider has to be of this runtime's version; install it there: ${python} -m pip install "onnxruntime-gpu[cuda,cudnn]==${runtime}"`,
    );
  return { provider: join(folder, "capi"), libraries };
}
