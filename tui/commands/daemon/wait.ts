import { type Command, Option } from "commander";
import { TimedOutError, UsageError } from "../../../shared/errors.ts";
import { isFinished, type Job, UNFINISHED_STATES } from "../../../shared/jobs.ts";
import { VERBS } from "../../../shared/verbs.ts";
import type { Connection } from "../../client/connection.ts";
import { listAll, listGroup } from "../../client/list-all.ts";
import { numberFrom } from "../../recipe/parsers.ts";
import { EXIT } from "../../terminal/exit.ts";
import { reasonOf, stateText, titleOf } from "../../terminal/job-text.ts";
import { count, printJson, printNote, say } from "../../terminal/print.ts";
import { addDaemonOptions, type DaemonArguments, groupOption, jobsArgument } from "../options.ts";
import { notePausedQueue } from "./command.ts";
import { following, isWell } from "./follow.ts";
import { withDaemon } from "./session.ts";

interface WaitArguments extends DaemonArguments {
  group?: string;
  timeout?: number;
}

/** As many ids as a note names. */
const MOST_IDS = 8;

export function addWaitCommand(program: Command): void {
  addDaemonOptions(
    program
      .command("wait")
      .summary("wait until jobs have ended")
      .description(
        "Waits until jobs have ended, even while the daemon is down for a time. Exit code 0 when all are done and their pictures where they were wanted, 124 when --timeout is over before that, else 1.",
      )
      .addArgument(jobsArgument("; none for all of the queue that is not held or paused"))
      .addOption(groupOption("all jobs of a group"))
      .addOption(
        new Option(
          "--timeout <seconds>",
          "wait no longer: exit code 124 (default: however long it takes)",
        ).argParser(numberFrom({ min: 0.1, max: 2e6 })),
      ),
  ).action(async (ids: string[], options: WaitArguments) => await waitFor(ids, options));
}

async function waitFor(ids: readonly string[], options: WaitArguments): Promise<void> {
  const { group, timeout } = options;
  if (ids.length > 0 && group !== undefined) throw new UsageError("name jobs or a group, not both");
  const work = async (daemon: Connection) => {
    const jobs =
      ids.length > 0 || group !== undefined ? await named(daemon, ids, group) : await going(daemon);
    if (!jobs.every(isFinished)) await notePausedQueue(daemon);
    const last = await following(daemon, jobs, () => {});
    return { ended: last, removed: jobs.filter(({ id }) => !last.some((job) => job.id === id)) };
  };
  const { ended, removed } = await withDaemon(
    options,
    async (daemon) => await inTime(work(daemon), timeout),
    {
      isPatient: true,
    },
  );
  for (const job of removed) say(`${job.id} was removed before it had ended  ${titleOf(job.recipe)}`);
  if (options.json) printJson(ended);
  else
    for (const job of ended)
      say(`${job.id} ${stateText(job)}${reasonOf(job) ? `: ${reasonOf(job)}` : ""}  ${titleOf(job.recipe)}`);
  process.exitCode = removed.length === 0 && ended.every(isWell) ? EXIT.ok : EXIT.failed;
}

async function inTime<T>(work: Promise<T>, seconds: number | undefined): Promise<T> {
  if (seconds === undefined) return await work;
  const over = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => over.reject(new TimedOutError(`not all jobs have ended after ${seconds} s; see: atelier list`)),
    1000 * seconds,
  );
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The jobs that a person means, also those that wait for that person. */
async function named(
  daemon: Connection,
  ids: readonly string[],
  group: string | undefined,
): Promise<readonly Job[]> {
  const jobs =
    group === undefined
      ? await Promise.all(ids.map(async (job) => (await daemon.request("show", { job })).job))
      : await listGroup(daemon, group);
  const halted = jobs.filter(VERBS.resume.applies);
  if (halted.length > 0)
    printNote(
      `${count(halted.length, "job")} of these end only after: atelier resume ${someOf(halted.map(({ id }) => id))}`,
    );
  return jobs;
}

/** The whole queue, but for what is held or paused and what comes after that: it would never end. */
async function going(daemon: Connection): Promise<readonly Job[]> {
  const jobs = await listAll(daemon, { states: [...UNFINISHED_STATES], group: null });
  const halted = new Set(jobs.filter(VERBS.resume.applies).map(({ id }) => id));
  for (let before = 0; before !== halted.size; ) {
    before = halted.size;
    for (const { id, after } of jobs) if (after.some((one) => halted.has(one))) halted.add(id);
  }
  if (halted.size > 0)
    printNote(
      `not waited for, since held or paused, or after such a job: ${count(halted.size, "job")} (${someOf([...halted])}); start them with: atelier resume ID`,
    );
  return jobs.filter(({ id }) => !halted.has(id));
}

function someOf(ids: readonly string[]): string {
  const more = ids.length - MOST_IDS;
  return ids.slice(0, MOST_IDS).join(" ") + (more > 0 ? ` and ${more} more` : "");
}
