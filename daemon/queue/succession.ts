import type { Job } from "../../shared/jobs.ts";
import type { JobBook } from "./job-book.ts";
import { RefusedError } from "./refused-error.ts";

interface Ended {
  readonly id: string;
  readonly why: string;
}

/** Jobs that come after others: what never can be done any more fails, instead of waiting for ever. */
export class Succession {
  readonly #book: JobBook;
  readonly #isAtWork: (job: string) => boolean;
  /** Whose followers are being failed. */
  readonly #ended: Ended[] = [];

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

  /** What a job that has ended comes after when it runs again; refuses where it may not. `verb` is what was asked for. */
  again({ out, after }: Job, verb: "retry" | "undo"): string[] {
    this.#book.refuseTakenOut(out, `${verb} this one after that`);
    // Those that were removed since are waited for no longer.
    return this.predecessors(after.filter((id) => this.#book.has(id)));
  }

  #comesAfter(id: string, other: string): boolean {
    const seen = new Set([id]);
    // A set goes on with what is added to it.
    for (const one of seen)
      for (const before of this.#book.has(one) ? this.#book.find(one).job.after : []) {
        if (before === other) return true;
        seen.add(before);
      }
    return false;
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

  /** Each that fails is told of, which comes back here: one after the other, as a chain may have thousands. */
  #failAfter(id: string, why: string): void {
    this.#ended.push({ id, why });
    if (this.#ended.length > 1) return;
    try {
      for (const ended of this.#ended) this.#failFollowers(ended);
    } finally {
      this.#ended.length = 0;
    }
  }

  #failFollowers({ id, why }: Ended): void {
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
