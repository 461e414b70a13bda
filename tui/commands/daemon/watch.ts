import type { Command } from "commander";
import { UserError } from "../../../shared/errors.ts";
import { isFinished, type Job } from "../../../shared/jobs.ts";
import { plainText } from "../../../shared/plain-text.ts";
import type { DaemonEvent } from "../../../shared/protocol.ts";
import { VERBS } from "../../../shared/verbs.ts";
import { EXIT } from "../../terminal/exit.ts";
import { describeChanges, reasonOf, stateText, titleOf } from "../../terminal/job-text.ts";
import { paint, printData, printNote, say } from "../../terminal/print.ts";
import { createProgress } from "../../terminal/progress.ts";
import { progressLine } from "../../terminal/progress-text.ts";
import { addAddressOptions, type DaemonArguments, jobArgument, jsonLinesOption } from "../options.ts";
import { notePausedQueue } from "./command.ts";
import { following, isWell } from "./follow.ts";
import { tellOfLink, withDaemon } from "./session.ts";

export function addWatchCommand(program: Command): void {
  addAddressOptions(
    program
      .command("watch")
      .summary("follow a job until it ends")
      .description(
        "Shows how a job goes until it ends, even while the daemon is down for a time. Ctrl+C only stops watching. With --json: the daemon's events of it (docs/protocol.md), and lost and back for the link.",
      )
      .addArgument(jobArgument()),
  )
    .addOption(jsonLinesOption())
    .action(async (id: string, options: DaemonArguments) => await watch(id, options));
}

async function watch(prefix: string, options: DaemonArguments): Promise<void> {
  const display = options.json ? jsonDisplay() : barDisplay(options.connect === undefined);
  await withDaemon(
    options,
    async (daemon) => {
      const { job: first } = await daemon.request("show", { job: prefix });
      if (VERBS.resume.applies(first))
        printNote(`${first.id} is ${stateText(first)}; start it with: atelier resume ${first.id}`);
      if (!isFinished(first)) await notePausedQueue(daemon);
      display.start(first);
      const [job] = await following(daemon, [first], (changed, event) => display.event(changed, event));
      if (job === undefined) throw new UserError(`${first.id} was removed before it had ended`);
      display.end(job);
      process.exitCode = isWell(job) ? EXIT.ok : EXIT.failed;
    },
    { isPatient: true, onLink: (problem) => display.link(problem) },
  );
}

interface WatchDisplay {
  start(job: Job): void;
  event(job: Job, event: DaemonEvent): void;
  /** Why there is no link; with null, it is back. */
  link(problem: string | null): void;
  end(job: Job): void;
}

/** One line of JSON per event; the first one is the job as it is. */
function jsonDisplay(): WatchDisplay {
  const line = (value: unknown) => printData(JSON.stringify(value));
  return {
    start: (job) => line({ event: "job", job }),
    event: (_job, event) => line(event),
    link: (reason) => line(reason === null ? { event: "back" } : { event: "lost", reason }),
    end: () => {},
  };
}

function barDisplay(isLocal: boolean): WatchDisplay {
  const progress = createProgress();
  let shown: string | undefined;
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
    link: (problem) => {
      progress.done();
      tellOfLink(problem);
    },
    end: (job) => {
      if (job.status.state !== "done") return;
      if (!isLocal) return say(`get the picture with: atelier export ${job.id}`);
      const { picture, problem } = job.status;
      say(`the picture: ${paint("bold", plainText(problem === null ? (job.out ?? picture) : picture))}`);
    },
  };
}
