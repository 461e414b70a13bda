import type { Job } from "../../shared/jobs.ts";
import type { JobBook } from "./job-book.ts";
import { RefusedError } from "./refused-error.ts";

/** Jobs that come after others: what never can be done any more fails, instead of waiting for ever. */
export class Succession {
  readonly #book: JobBook;
  readonly #isAtWork: (job: string) => boolean;

  constructor(book: JobBook, isAtWork: (job: string) => boolean) {
    this.#book = book;
    this.#isAtWork = isAtWork;
  }

  /** Ids of the jobs that must be done first; refuses ones that never will be, since they wait for the job themselves too. */
  predecessors(after: readonly string[], own?: string): string[] {
    return after.map((prefix) => {
      const { id, status } = this.#book.find(prefix).job;
      if (id === own) throw new RefusedError("refused", `job ${id} cannot come after itself`);
      if (own !== undefined && this.#comesAfter(id, own))
        throw new RefusedError("refused", `job ${id} comes after job ${own}, so neither would ever start`);
      if (status.state === "failed" || status.state === "cancelled")
        throw new RefusedError("refused", `job ${id} is ${status.state}, so nothing can come after it`);
      return id;
    });
  }

  #comesAfter(id: string, other: string): boolean {
    const after = this.#book.has(id) ? this.#book.find(id).job.after : [];
    return after.some((one) => one === other || this.#comesAfter(one, other));
  }

  onChange({ id, status }: Job): void {
    if (status.state === "failed" || status.state === "cancelled") this.#failAfter(id, status.state);
  }

  onRemoved(id: string): void {
    this.#failAfter(id, "removed");
  }

  /** For a job whose predecessors may have ended while nobody looked. */
  mend({ after }: Job): void {
    for (const id of after) {
      const [predecessor] = this.#book.store.findByPrefix(id);
      if (predecessor === undefined) this.onRemoved(id);
      else this.onChange(predecessor.job);
    }
  }

  #failAfter(id: string, why: string): void {
    const waiting = [...this.#book.unfinished];
    for (const { job } of waiting)
      if (job.after.includes(id) && !this.#isAtWork(job.id))
        this.#book.updateAnyhow(job.id, {
          status: {
            state: "failed",
            at: Date.now(),
            reason: `it was to come after job ${id}, which is ${why}`,
          },
        });
  }
}
