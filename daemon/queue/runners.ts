import type { Runner } from "./runner.ts";
import type { StoredJob } from "./store.ts";

/** The runners, one for each worker, in the order in which they are given work. */
export class Runners {
  readonly #all = new Map<string, Runner>();

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

  get free(): Runner | undefined {
    return [...this.#all.values()].find(({ isFree }) => isFree);
  }

  /** Lets every job checkpoint and go back into the queue. */
  async stopAll(): Promise<void> {
    await Promise.all(this.busy.map(async (runner) => await runner.stop("yield")));
  }

  /** Starts the first of `runnable` (in the queue's order), or asks running jobs of lower priority to make way. */
  assign(runnable: readonly StoredJob[], onError: (job: string, error: unknown) => void): void {
    // Places that become free soon belong to whoever is first in line.
    let soonFree = this.busy.filter(({ isStopping }) => isStopping).length;
    for (const stored of runnable) {
      const { id, priority } = stored.job;
      if (this.ofJob(id) !== undefined) continue;
      const { free } = this;
      if (free !== undefined) {
        free.start(stored).catch((error: unknown) => onError(id, error));
        continue;
      }
      if (soonFree-- > 0) continue;
      const last = runnable.findLast(({ job }) => this.ofJob(job.id)?.isStopping === false);
      if (last === undefined || last.job.priority >= priority) return;
      this.ofJob(last.job.id)
        ?.stop("yield")
        .catch((error: unknown) => onError(id, error));
    }
  }
}
