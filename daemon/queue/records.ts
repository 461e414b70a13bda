import type { Job } from "../../shared/jobs.ts";
import type { Params, Result } from "../../shared/requests.ts";
import type { JobBook } from "./job-book.ts";
import { inOrder } from "./order.ts";

/** What is written down of jobs, for whoever asks. */
export class Records {
  readonly #book: JobBook;

  constructor(book: JobBook) {
    this.#book = book;
  }

  list({ states, group, skip, limit }: Params<"list">): Job[] {
    const unfinished = inOrder(this.#book.unfinished)
      .map(({ job }) => job)
      .filter(
        (job) =>
          (states === null || states.includes(job.status.state)) && (group === null || job.group === group),
      );
    const first = unfinished.slice(skip, skip + limit);
    const rest = limit - first.length;
    if (rest === 0) return first;
    return [
      ...first,
      ...this.#book.store.finished(states, group, Math.max(0, skip - unfinished.length), rest),
    ];
  }

  /** The whole id of a job. Throws a RefusedError where there is none, or more than one. */
  idOf(prefix: string): string {
    return this.#book.find(prefix).job.id;
  }

  show({ job: prefix }: Params<"show">): Result<"show"> {
    const { job } = this.#book.find(prefix);
    return {
      job,
      timeline: this.#book.store.timelines.of(job.id),
      lastChange: this.#book.store.timelines.lastChange(job.id, job.progress?.iteration ?? 0) ?? null,
      checkpoints: this.#book.store
        .checkpoints(job.id)
        .map(({ iteration, stage, at, loss, state, picture_bytes, state_bytes }) => ({
          iteration,
          stage,
          at,
          loss,
          whole: state !== null,
          bytes: picture_bytes + state_bytes,
        })),
    };
  }

  losses({ job: prefix, points }: Params<"losses">): Result<"losses"> {
    const { job } = this.#book.find(prefix);
    return this.#book.losses(job.id, points);
  }
}
