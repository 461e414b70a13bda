import type { Command } from "commander";
import { lateChanges, type TimelineEntry } from "../../../shared/controls.ts";
import { iterationsOf, type Job } from "../../../shared/jobs.ts";
import type { Connection } from "../../client/connection.ts";
import { printJson, printNote } from "../../terminal/print.ts";
import { addDaemonOptions, type DaemonArguments } from "../options.ts";
import { withDaemon } from "./session.ts";

type Ask<R> = (daemon: Connection) => Promise<R>;

/**
 * Completes a command that asks the daemon something: adds the options to reach it, and prints what it is answered, as
 * JSON or by `tell`. `prepare` reads the arguments: what is wrong with them is said before anything is connected.
 */
export function asksDaemon<A extends readonly unknown[], O extends object, R>(
  command: Command,
  prepare: (options: O & DaemonArguments, ...operands: A) => Ask<R> | Promise<Ask<R>>,
  tell: (result: R, options: O & DaemonArguments) => void,
): Command {
  return addDaemonOptions(command).action(async (...all: unknown[]) => {
    // Commander hands over the operands, then the options, then the command.
    const operands = all.slice(0, -2) as unknown as A;
    const options = all.at(-2) as O & DaemonArguments;
    const result = await withDaemon(options, await prepare(options, ...operands));
    if (options.json) printJson(result);
    else tell(result, options);
  });
}

/** Tells who adds or edits jobs of changes that never come. On stderr, beside any JSON; once for all jobs that are as long. */
export function noteLateChanges(timeline: readonly TimelineEntry[], jobs: readonly Job[]): void {
  for (const iterations of new Set(jobs.map(({ plan }) => iterationsOf(plan)))) {
    const late = lateChanges(timeline, iterations);
    if (late !== undefined) printNote(late);
  }
}

/** Why jobs wait that nothing else is wrong with. */
export const QUEUE_IS_PAUSED = "the queue is paused; go on with: atelier resume --queue";

export async function isQueuePaused(daemon: Connection): Promise<boolean> {
  return (await daemon.request("status", {})).paused;
}

/** Tells who adds or follows jobs that none of them will start. On stderr, beside any JSON. */
export async function notePausedQueue(daemon: Connection): Promise<void> {
  if (await isQueuePaused(daemon)) printNote(QUEUE_IS_PAUSED);
}
