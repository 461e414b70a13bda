import type { Command } from "commander";
import { UsageError, UserError } from "../../../shared/errors.ts";
import { isFinished, type Job, UNFINISHED_STATES } from "../../../shared/jobs.ts";
import { plainText } from "../../../shared/plain-text.ts";
import type { DaemonEvent } from "../../../shared/protocol.ts";
import { VERBS } from "../../../shared/verbs.ts";
import type { Connection } from "../../client/connection.ts";
import { RefusedByDaemonError } from "../../client/link-problems.ts";
import { listAll, listGroup } from "../../client/list-all.ts";
import { EXIT } from "../../terminal/exit.ts";
import { describeChanges, reasonOf, stateText, titleOf } from "../../terminal/job-text.ts";
import { count, paint, printJson, printNote, say } from "../../terminal/print.ts";
import { createProgress } from "../../terminal/progress.ts";
import { progressLine } from "../../terminal/progress-text.ts";
import {
  addAddressOptions,
  addDaemonOptions,
  type DaemonArguments,
  groupOption,
  jsonLinesOption,
} from "../options.ts";
import { notePausedQueue } from "./command.ts";
import { withDaemon } from "./session.ts";

/** The commands that follow jobs to their end. */
export function addFollowCommands(program: Command): void {
  addAddressOptions(
    program
      .command("watch")
      .summary("follow a job until it ends")
      .description(
        "Shows how a job goes until it ends, even while the daemon is down for a time. Ctrl+C only stops watching.",
      )
      .argument("<job>", "id, or a unique beginning of one"),
  )
    .addOption(jsonLinesOption())
    .action(async (id: string, options: DaemonArguments) => await watch(id, options));

  addDaemonOptions(
    program
      .command("wait")
      .summary("wait until jobs have ended")
      .description(
        "Waits until jobs have ended, even while the daemon is down for a time. Exit code 0 when all are done and their pictures where they were wanted, else 1.",
      )
      .argument("[jobs...]", "ids, or unique beginnings of ids; none for the whole queue")
      .addOption(groupOption("all jobs of a group")),
  ).action(
    async (ids: string[], options: DaemonArguments & { group?: string }) => await waitFor(ids, options),
  );
}

/** Survives the daemon's absence, which it tells of in its own way. */
const STAYS = { isPatient: true, tellsItself: true };

async function watch(prefix: string, options: DaemonArguments): Promise<void> {
  await withDaemon(
    options,
    async (daemon) => {
      const display = options.json ? jsonDisplay() : barDisplay(daemon.address.isLocal);
      const { job: first } = await daemon.request("show", { job: prefix });
      if (!isFinished(first)) await notePausedQueue(daemon);
      display.start(first);
      const last = await following(
        daemon,
        [first],
        (job, event) => display.event(job, event),
        (reason) => display.lost(reason),
      );
      const [job] = last;
      if (job === undefined) throw new UserError(`${first.id} was removed before it had ended`);
      display.end(job);
      process.exitCode = isWell(job) ? EXIT.ok : EXIT.failed;
    },
    STAYS,
  );
}

async function waitFor(ids: readonly string[], options: DaemonArguments & { group?: string }): Promise<void> {
  const { group } = options;
  if (ids.length > 0 && group !== undefined) throw new UsageError("name jobs or a group, not both");
  const { ended, removed } = await withDaemon(
    options,
    async (daemon) => {
      const jobs =
        ids.length > 0
          ? await Promise.all(ids.map(async (job) => (await daemon.request("show", { job })).job))
          : group === undefined
            ? await listAll(daemon, { states: [...UNFINISHED_STATES], group: null })
            : await listGroup(daemon, group);
      const halted = jobs.filter(VERBS.resume.applies);
      if (halted.length > 0)
        printNote(
          `${count(halted.length, "job")} of these end only after: atelier resume ${halted.map(({ id }) => id).join(" ")}`,
        );
      if (!jobs.every(isFinished)) await notePausedQueue(daemon);
      const last = await following(
        daemon,
        jobs,
        () => {},
        (reason) => say(`${paint("yellow", "link lost")}: ${reason}; trying again`),
      );
      return { ended: last, removed: jobs.filter(({ id }) => !last.some((job) => job.id === id)) };
    },
    STAYS,
  );
  for (const job of removed) say(`${job.id} was removed before it had ended  ${titleOf(job.recipe)}`);
  if (options.json) printJson(ended);
  else
    for (const job of ended)
      say(`${job.id} ${stateText(job)}${reasonOf(job) ? `: ${reasonOf(job)}` : ""}  ${titleOf(job.recipe)}`);
  process.exitCode = removed.length === 0 && ended.every(isWell) ? EXIT.ok : EXIT.failed;
}

/** Done, and its picture is where it was wanted. */
function isWell({ status }: Job): boolean {
  return status.state === "done" && status.problem === null;
}

/**
 * Resolves with the jobs as they ended, without those that were removed before. Survives the daemon's absence: what
 * was missed is asked for.
 */
async function following(
  daemon: Connection,
  jobs: readonly Job[],
  onEvent: (job: Job, event: DaemonEvent) => void,
  onLost: (reason: string) => void,
): Promise<Job[]> {
  const known = new Map(jobs.map((job) => [job.id, job]));
  return await new Promise((resolve, reject) => {
    const endIfOver = () => {
      const all = [...known.values()];
      if (all.every(isFinished)) resolve(all);
    };
    const ask = async () => {
      for (const [id, before] of known)
        if (!isFinished(before))
          try {
            known.set(id, (await daemon.request("show", { job: id })).job);
          } catch (error) {
            if (!(error instanceof RefusedByDaemonError && error.code === "unknown-job")) throw error;
            known.delete(id);
          }
      endIfOver();
    };
    daemon.on("event", (event) => {
      const id = event.event === "job" ? event.job.id : "id" in event ? event.id : undefined;
      const before = id === undefined ? undefined : known.get(id);
      if (id === undefined || before === undefined) return;
      if (event.event === "removed") {
        if (!isFinished(before)) known.delete(id);
      } else {
        const job =
          event.event === "job"
            ? event.job
            : event.event === "progress"
              ? { ...before, progress: event.progress }
              : before;
        known.set(id, job);
        onEvent(job, event);
      }
      endIfOver();
    });
    daemon.on("open", ({ replayed }) => {
      if (!replayed) ask().catch(reject);
    });
    daemon.on("lost", ({ problem, isFinal }) => {
      if (isFinal) reject(problem);
      else onLost(problem.message);
    });
    // What happened between the first answer and now.
    ask().catch(reject);
  });
}

interface WatchDisplay {
  start(job: Job): void;
  event(job: Job, event: DaemonEvent): void;
  lost(reason: string): void;
  end(job: Job): void;
}

/** One line of JSON per event; the first one is the job as it is. */
function jsonDisplay(): WatchDisplay {
  const line = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
  return {
    start: (job) => line({ event: "job", job }),
    event: (_job, event) => line(event),
    lost: (reason) => line({ event: "lost", reason }),
    end: () => {},
  };
}

function barDisplay(isLocal: boolean): WatchDisplay {
  const progress = createProgress();
  let shown: string | undefined;
  let isLost = false;
  const showState = (job: Job) => {
    const text = `${stateText(job)}${reasonOf(job) ? `: ${reasonOf(job)}` : ""}`;
    if (text !== shown) say(`${paint("bold", job.id)} ${text}  ${titleOf(job.recipe)}`);
    shown = text;
  };
  const showProgress = (job: Job) => {
    if (job.progress !== null) progress.update(progressLine(job, job.progress));
  };
  return {
    start: (job) => {
      showState(job);
      if (!isFinished(job)) showProgress(job);
    },
    event: (job, event) => {
      isLost = false;
      if (event.event === "changed") {
        progress.done();
        printNote(`after iteration ${event.iteration}: ${describeChanges(event.changes)}`);
      }
      if (event.event === "rewound") {
        progress.done();
        printNote(`went back to iteration ${event.iteration}`);
      }
      if (event.event === "job" && job.status.state !== "running") {
        progress.done();
        showState(job);
      } else showProgress(job);
    },
    lost: (reason) => {
      if (!isLost) say(`\n${paint("yellow", "link lost")}: ${reason}; trying again`);
      isLost = true;
    },
    end: (job) => {
      if (job.status.state !== "done") return;
      if (!isLocal) return say(`get the picture with: atelier export ${job.id}`);
      const { picture, problem } = job.status;
      say(`the picture: ${paint("bold", plainText(problem === null ? (job.out ?? picture) : picture))}`);
    },
  };
}
