import type { Job } from "../../shared/jobs.ts";
import type { Runner } from "./runner.ts";
import type { StoredJob } from "./store.ts";

/** The runners, one for each worker, in the order in which they are given work. */
export class Runners {
  readonly #all = new Map<string, Runner>();
  readonly #hasRoom: (worker: string, job: Job) => boolean;

  /** `hasRoom`: whether a worker's device could hold a job at all. */
  constructor(hasRoom: (worker: string, job: Job) => boolean) {
    this.#hasRoom = hasRoom;
  }

  add(worker: string, runner: Runner): void {
    this.#all.set(worker, runner);
  }

  ofWorker(worker: string): Runner | undefined {
    return this.#all.get(worker);
  }

  /** The one that has a job. */
  ofJob(job: string): Runner | undefined {
    return this.busy.find(({ runningId }) => runningId === job);
  }

  workerOf(job: string): string | undefined {
    return [...this.#all].find(([, { runningId }]) => runningId === job)?.[0];
  }

  get busy(): Runner[] {
    return [...this.#all.values()].filter(({ runningId }) => runningId !== undefined);
  }

  /** Lets every job checkpoint and go back into the queue. */
  async stopAll(): Promise<void> {
    await Promise.all(this.busy.map(async (runner) => await runner.stop("yield")));
  }

  /** Starts the first of `runnable` (in the queue's order), or asks running jobs of lower priority to make way. */
  assign(runnable: readonly StoredJob[], onError: (job: string, error: unknown) => void): void {
    // Places that become free soon belong to whoever is first in line.
    const soonFree = new Set(this.busy.filter(({ isStopping }) => isStopping));
    const running = runnable.filter(({ job }) => this.ofJob(job.id) !== undefined);
    for (const stored of runnable) {
      const { id, priority } = stored.job;
      if (this.ofJob(id) !== undefined) continue;
      const fitting = this.#fitting(stored.job);
      const free = fitting.find(({ isFree }) => isFree);
      if (free !== undefined) {
        free.start(stored).catch((error: unknown) => onError(id, error));
        continue;
      }
      if (fitting.some((runner) => soonFree.delete(runner))) continue;
      const last = running.findLast(({ job }) => {
        const runner = this.ofJob(job.id);
        return runner?.isStopping === false && fitting.includes(runner);
      });
      if (last === undefined || last.job.priority >= priority) {
        // A later one may still fit where this one does not.
        if (fitting.length === this.#all.size) return;
        continue;
      }
      this.ofJob(last.job.id)
        ?.stop("yield")
        .catch((error: unknown) => onError(id, error));
    }
  }

  /** Those with room for a job; all where none has any, so that it fails and says so. */
  #fitting(job: Job): Runner[] {
    const all = [...this.#all];
    const fitting = all.filter(([worker]) => this.#hasRoom(worker, job));
    return (fitting.length > 0 ? fitting : all).map(([, runner]) => runner);
  }
}
