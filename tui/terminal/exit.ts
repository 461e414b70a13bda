import { InterruptedError, messageOf, UsageError, UserError } from "../../shared/errors.ts";
import { printError, printJson } from "./print.ts";

export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Tells the person what went wrong, as JSON too where that was asked for, and sets the exit code. */
export function reportFailure(error: unknown, argv: readonly string[]): void {
  process.exitCode ??=
    error instanceof UsageError
      ? EXIT.usage
      : error instanceof InterruptedError
        ? EXIT.interrupted
        : EXIT.failed;
  printFailureAsJson(messageOf(error), argv);
  printError(messageOf(error));
  // A fault of ours, not of the person: the trace is what a report needs.
  if (!(error instanceof UserError) && error instanceof Error && error.stack !== undefined)
    process.stderr.write(`${error.stack}\n`);
}

/** A failed `--json` command still prints its one document. */
export function printFailureAsJson(message: string, argv: readonly string[]): void {
  if (argv.includes("--json")) printJson({ error: message });
}
