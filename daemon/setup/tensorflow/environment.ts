import { join } from "node:path";
import { UserError } from "../../../shared/errors.ts";
import { ProgramError, type ProgramOptions, runProgram } from "../program.ts";
import type { SetupReporter } from "../report.ts";

/** The oldest TensorFlow whose Python package is known to carry the C interface that the binding wants. */
const LEAST = "2.16";

/** A Python environment of our own with TensorFlow in it; returns its Python. What is there already stays. */
export async function makeEnvironment(
  folder: string,
  hasGpu: boolean,
  reporter: SetupReporter,
  signal: AbortSignal,
): Promise<string> {
  const options: ProgramOptions = { signal, onLine: (line) => reporter.line(line) };
  const python = join(folder, "bin/python");
  reporter.step(`making a Python environment in ${folder}`);
  await inWords(VENV_PROBLEMS, async () => await runProgram("python3", ["-m", "venv", folder], options));
  const packages = packagesFor(hasGpu);
  reporter.step(`installing ${packages.at(-1)} there (${hasGpu ? "several GB" : "about 300 MB"} from PyPI)`);
  await inWords(
    PIP_PROBLEMS,
    async () =>
      await runProgram(
        python,
        ["-m", "pip", "install", "--no-input", "--disable-pip-version-check", ...packages],
        options,
      ),
  );
  return python;
}

/**
 * Only the libraries inside the package are used, never Python's side of it, so on the CPU nothing that it
 * depends on is needed; on a GPU CUDA comes as packages of their own.
 */
function packagesFor(hasGpu: boolean): string[] {
  if (hasGpu) return [`tensorflow[and-cuda]>=${LEAST}`];
  const isPlainPc = process.platform === "linux" && process.arch === "x64";
  return ["--no-deps", `${isPlainPc ? "tensorflow-cpu" : "tensorflow"}>=${LEAST}`];
}

/** What a program's output means and what to do about it, the first that fits. */
type Problems = readonly (readonly [RegExp, string])[];

const VENV_PROBLEMS: Problems = [
  [
    /ensurepip|No module named venv/,
    "this Python has no venv module; install it (Debian and Ubuntu: apt install python3-venv)",
  ],
  [/No space left/, "the disk is full"],
  [/Permission denied/, "permission is denied"],
];

const PIP_PROBLEMS: Problems = [
  [/No space left/, "the disk is full; an environment for the CPU takes 1.5 GB, one for a GPU 8 GB"],
  [
    /NewConnectionError|NameResolutionError|name resolution|Connection refused|timed out|ProxyError|SSLError/i,
    "PyPI cannot be reached; with a Python that has TensorFlow already: atelier setup tensorflow --from-python PATH",
  ],
  [
    /No matching distribution|Could not find a version/,
    "there is no TensorFlow for this Python's version; name an older or newer one that has it: atelier setup tensorflow --from-python PATH",
  ],
];

async function inWords(problems: Problems, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    if (error.isMissing)
      throw new UserError(
        "python3 is not on this machine; install it (Debian and Ubuntu: apt install python3 python3-venv) or name one that has TensorFlow: atelier setup tensorflow --from-python PATH",
      );
    const known = problems.find(([pattern]) => pattern.test(error.output));
    throw known === undefined ? error : new UserError(`${known[1]}\n${error.output}`);
  }
}
