import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../shared/errors.ts";
import { makeFolder } from "../../shared/make-folder.ts";
import { ProgramError, type ProgramOptions, runProgram } from "./program.ts";
import type { SetupReporter } from "./report.ts";

/** Packages from PyPI, and the words for what may go wrong with them. */
export interface WantedPackages {
  /** Names and options as pip takes them. */
  readonly arguments: readonly string[];
  /** What they are, and how much comes down the wire. */
  readonly title: string;
  readonly size: string;
  /** What they take on the disk. */
  readonly space: string;
  /** Where nobody makes them for this machine. */
  readonly none: string;
  /** What to do without PyPI or Python. */
  readonly instead: string;
}

/** Puts packages into a Python environment of our own; returns its Python. What is there already stays. */
export async function installPackages(
  folder: string,
  wanted: WantedPackages,
  reporter: SetupReporter,
  signal: AbortSignal,
): Promise<string> {
  // Unpacked beside the result: elsewhere there may be no room, and what an interruption leaves has to be found.
  const temporary = join(folder, "tmp");
  const options: ProgramOptions = {
    signal,
    environment: { ...process.env, TMPDIR: temporary },
    onLine: (line) => reporter.line(line),
  };
  const python = join(folder, "bin/python");
  await inWords([], wanted, async () => await runProgram("python3", ["--version"], { signal }));
  reporter.step(`making a Python environment in ${folder}`);
  // There until pip is done, which takes packages that it was stopped in the middle of for installed.
  const unfinished = join(folder, "unfinished");
  // Nor can an environment be mended whose own link leads to a Python that is gone.
  if (existsSync(unfinished) || !existsSync(python)) await rm(folder, { recursive: true, force: true });
  await makeFolder(temporary, 0o700);
  await writeFile(unfinished, "");
  await inWords(
    VENV_PROBLEMS,
    wanted,
    async () => await runProgram("python3", ["-m", "venv", folder], options),
  );
  reporter.step(`installing ${wanted.title} there (${wanted.size} from PyPI)`);
  const pip = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check"];
  try {
    await inWords(
      problemsOfPip(wanted),
      wanted,
      async () => await runProgram(python, [...pip, ...wanted.arguments], options),
    );
    await rm(unfinished);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return python;
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

function problemsOfPip({ space, none, instead }: WantedPackages): Problems {
  return [
    [/No space left/, `the disk is full; it takes ${space}`],
    [
      /NewConnectionError|NameResolutionError|name resolution|Connection refused|timed out|ProxyError|SSLError/i,
      `PyPI cannot be reached; ${instead}`,
    ],
    [/No matching distribution|Could not find a version/, `${none}; ${instead}`],
  ];
}

async function inWords(
  problems: Problems,
  { instead }: WantedPackages,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    if (error.isMissing)
      throw new UserError(
        `python3 is not on this machine; install it (Debian and Ubuntu: apt install python3 python3-venv); ${instead}`,
      );
    const known = problems.find(([pattern]) => pattern.test(error.output));
    // What it wrote was shown as it came.
    throw known === undefined ? error : new UserError(known[1]);
  }
}
