import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { codeOf, InterruptedError, messageOf, UserError } from "../../shared/errors.ts";

export interface ProgramOptions {
  readonly signal?: AbortSignal;
  /** It is ended after so long. */
  readonly timeout?: number;
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

/** What a setup that was stopped says. */
export function stopped(): InterruptedError {
  return new InterruptedError("stopped; run the command again to go on");
}

/**
 * Runs a program to its end, without a shell, and returns what it wrote on stdout. Throws a ProgramError, or an
 * InterruptedError once a program that was to stop is gone: then nobody writes any more into what it left.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  { signal, timeout, environment, onLine }: ProgramOptions = {},
): Promise<string> {
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: environment ?? process.env,
    ...(signal !== undefined && { signal }),
    ...(timeout !== undefined && { timeout }),
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
  let failure: Error | undefined;
  child.once("error", (error) => {
    failure = error;
  });
  const ending = await new Promise<string | undefined>((resolve) => {
    child.once("close", (code, stoppedBy) => {
      if (code === 0) resolve(undefined);
      else resolve(stoppedBy === null ? `ended with code ${code}` : `was ended by ${stoppedBy}`);
    });
  });
  if (signal?.aborted) throw stopped();
  if (failure !== undefined) {
    const isMissing = codeOf(failure) === "ENOENT";
    throw new ProgramError(
      `${program} ${isMissing ? "is not on this machine" : messageOf(failure)}`,
      isMissing,
      "",
    );
  }
  if (ending === undefined) return answer.join("\n");
  const output = lines.join("\n");
  throw new ProgramError(`${program} ${args.join(" ")} ${ending}:\n${output}`, false, output);
}
