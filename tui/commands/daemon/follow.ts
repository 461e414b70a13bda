import { isFinished, type Job } from "../../../shared/jobs.ts";
import type { DaemonEvent } from "../../../shared/protocol.ts";
import type { Connection } from "../../client/connection.ts";
import { RefusedByDaemonError } from "../../client/link-problems.ts";

/**
 * Resolves with the jobs as they ended, without those that were removed before. Survives the daemon's absence: what
 * was missed is asked for.
 */
export async function following(
  daemon: Connection,
  jobs: readonly Job[],
  onEvent: (job: Job, event: DaemonEvent) => void,
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
    });
    // What happened between the first answer and now.
    ask().catch(reject);
  });
}

/** Done, and its picture is where it was wanted. */
export function isWell({ status }: Job): boolean {
  return status.state === "done" && status.problem === null;
}
