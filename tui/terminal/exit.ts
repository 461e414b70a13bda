import { InterruptedError, messageOf, TimedOutError, UsageError, UserError } from "../../shared/errors.ts";
import { printData, printError } from "./print.ts";

export const EXIT = { ok: 0, failed: 1, usage: 2, timedOut: 124, interrupted: 130 } as const;

/** Some of what was asked for could not be done; the rest was, and is told of. */
export class PartlyDoneError extends UserError {
  override name = "PartlyDoneError";
  /** For the one document that `--json` prints. */
  readonly done: Readonly<Record<string, unknown>>;

  readonly exitCode: number;

  constructor(
    problems: readonly string[],
    done: Readonly<Record<string, unknown>>,
    exitCode: number = EXIT.failed,
  ) {
    super([...new Set(problems)].join("; "));
    this.done = done;
    this.exitCode = exitCode;
  }
}

/** Tells the person what went wrong, as JSON too where that was asked for, and sets the exit code. */
export function reportFailure(error: unknown, argv: readonly string[]): void {
  process.exitCode ??= exitCodeOf(error);
  printFailureAsJson(messageOf(error), argv, error instanceof PartlyDoneError ? error.done : {});
  printError(messageOf(error));
  // A fault of ours, not of the person: the trace is what a report needs.
  if (!(error instanceof UserError) && error instanceof Error && error.stack !== undefined)
    process.stderr.write(`${error.stack}\n`);
}

function exitCodeOf(error: unknown): number {
  if (error instanceof PartlyDoneError) return error.exitCode;
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof TimedOutError) return EXIT.timedOut;
  return error instanceof InterruptedError ? EXIT.interrupted : EXIT.failed;
}

/** A failed `--json` command still prints its one document; on one line, since others stand on theirs. */
export function printFailureAsJson(
  message: string,
  argv: readonly string[],
  done: Readonly<Record<string, unknown>> = {},
): void {
  if (argv.includes("--json")) printData(JSON.stringify({ error: message, ...done }));
}
