import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { codeOf, messageOf, UserError } from "../../shared/errors.ts";

export interface ProgramOptions {
  readonly signal?: AbortSignal;
  readonly environment?: NodeJS.ProcessEnv;
  /** Every line that the program writes, on either stream, as it comes. */
  readonly onLine?: (line: string) => void;
}

/** A program that could not be started, or ended with a failure. */
export class ProgramError extends UserError {
  /** No program of that name is on this machine. */
  readonly isMissing: boolean;
  /** The end of what it wrote. */
  readonly output: string;

  constructor(message: string, isMissing: boolean, output: string) {
    super(message);
    this.isMissing = isMissing;
    this.output = output;
  }
}

/** Lines of a failed program's output that its error repeats. */
const LAST_LINES = 12;

/** Runs a program to its end, without a shell, and returns what it wrote on stdout. Throws a ProgramError. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { signal, environment, onLine }: ProgramOptions = {},
): Promise<string> {
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: environment ?? process.env,
    ...(signal !== undefined && { signal }),
  });
  const lines: string[] = [];
  const answer: string[] = [];
  const hear = (line: string) => {
    lines.push(line);
    lines.splice(0, lines.length - LAST_LINES);
    onLine?.(line);
  };
  createInterface({ input: child.stderr }).on("line", hear);
  createInterface({ input: child.stdout }).on("line", (line) => {
    answer.push(line);
    hear(line);
  });
  const ending = await new Promise<string | undefined>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, stoppedBy) => {
      if (code === 0) resolve(undefined);
      else resolve(stoppedBy === null ? `ended with code ${code}` : `was ended by ${stoppedBy}`);
    });
  }).catch((error: unknown) => {
    if (signal?.aborted) throw new UserError("stopped; run the command again to go on");
    const isMissing = codeOf(error) === "ENOENT";
    throw new ProgramError(
      `${program} ${isMissing ? "is not on this machine" : messageOf(error)}`,
      isMissing,
      "",
    );
  });
  if (ending === undefined) return answer.join("\n");
  const output = lines.join("\n");
  throw new ProgramError(`${program} ${args.join(" ")} ${ending}:\n${output}`, false, output);
}
