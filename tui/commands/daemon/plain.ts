import { isFinished, type Job, type JobProgress, UNFINISHED_STATES } from "../../../shared/jobs.ts";
import { plainText } from "../../../shared/plain-text.ts";
import type { DaemonEvent } from "../../../shared/protocol.ts";
import type { WorkerInfo } from "../../../shared/requests.ts";
import type { Address } from "../../client/address.ts";
import { Connection } from "../../client/connection.ts";
import { listAll } from "../../client/list-all.ts";
import { toAscii } from "../../terminal/ascii.ts";
import { describeChanges, percentOf, reasonOf, stateText, titleOf } from "../../terminal/job-text.ts";
import { formatNumber, print } from "../../terminal/print.ts";

/** Between two lines on the progress of a job. */
const PROGRESS_MS = 10_000;

/**
 * The queue as plain lines on stdout, one for each event, until the process is ended: for screen readers, pipes
 * and logs. Nothing is drawn over.
 */
export async function tellEvents(address: Address, isAscii: boolean): Promise<void> {
  const tell = (line: string) => print(plainText(isAscii ? toAscii(line) : line));
  // Of jobs that have not ended: this may run for weeks.
  const told = new Map<string, { readonly job: Job; readonly state: string; readonly progressAt: number }>();
  const toldWorkers = new Map<string, string>();
  let lostReason: string | undefined;

  const tellJob = (job: Job) => {
    const reason = reasonOf(job);
    const state = `${stateText(job)}${reason === undefined ? "" : `: ${reason}`}`;
    const before = told.get(job.id);
    const isNew = before?.state !== state;
    if (isNew) tell(`${job.id} ${state}, ${percentOf(job)}, ${titleOf(job.recipe)}`);
    if (isFinished(job)) told.delete(job.id);
    else told.set(job.id, { job, state, progressAt: isNew ? performance.now() : before.progressAt });
  };
  const tellProgress = (id: string, progress: JobProgress) => {
    const before = told.get(id);
    if (before === undefined || performance.now() - before.progressAt < PROGRESS_MS) return;
    told.set(id, { ...before, progressAt: performance.now() });
    const percent = percentOf({ ...before.job, progress });
    tell(`${id} ${percent}, iteration ${progress.iteration}, loss ${formatNumber(progress.loss)}`);
  };
  // Its job and load change far more often, and are told of otherwise.
  const tellWorker = ({ id, state, detail }: WorkerInfo) => {
    const line = `worker ${id} ${state}${detail ? `: ${detail}` : ""}`;
    if (toldWorkers.get(id) === line) return;
    toldWorkers.set(id, line);
    tell(line);
  };
  const tellEvent = (event: DaemonEvent) => {
    switch (event.event) {
      case "job":
        return tellJob(event.job);
      case "progress":
        return tellProgress(event.id, event.progress);
      case "removed":
        told.delete(event.id);
        return tell(`${event.id} removed`);
      case "changed":
        return tell(
          `${event.id} changed after iteration ${event.iteration}: ${describeChanges(event.changes)}`,
        );
      case "rewound":
        return tell(`${event.id} went back to iteration ${event.iteration}`);
      case "queue":
        return tell(event.paused ? "the queue is paused" : "the queue goes on");
      case "worker":
        return tellWorker(event.worker);
    }
  };

  const daemon = new Connection(address);
  const tellPresent = async () => {
    const all = await listAll(daemon, { states: [...UNFINISHED_STATES], group: null });
    const present = new Set(all.map(({ id }) => id));
    for (const id of told.keys()) {
      if (present.has(id)) continue;
      told.delete(id);
      tell(`${id} ended while there was no link`);
    }
    if (all.length === 0) tell("no job is waiting or running");
    tell("jobs that have ended: atelier list; Ctrl+C leaves");
    for (const job of all) tellJob(job);
  };
  daemon.on("open", ({ version, paused, replayed }) => {
    lostReason = undefined;
    tell(`connected to the daemon ${version}${paused ? "; the queue is paused" : ""}`);
    if (replayed) return;
    tellPresent().catch(() => {
      // The link broke again, which is told by itself.
    });
  });
  daemon.on("event", tellEvent);
  try {
    await new Promise<void>((resolve, reject) => {
      daemon.on("lost", ({ problem, isFinal }) => {
        const { message: reason } = problem;
        if (isFinal) reject(problem);
        else if (reason !== lostReason) tell(`no link: ${reason}; trying again`);
        lostReason = reason;
      });
      daemon.start();
      process.once("SIGINT", resolve);
      process.once("SIGTERM", resolve);
    });
  } finally {
    daemon.close();
  }
}
