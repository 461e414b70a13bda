import { randomBytes } from "node:crypto";
import { link } from "node:fs/promises";
import { join } from "node:path";
import { checkChange, madeBy, recipeAfter, withChange } from "../../shared/controls.ts";
import { fileProblem } from "../../shared/errors.ts";
import { isFinished, iterationsOf, type Job } from "../../shared/jobs.ts";
import type { DaemonEvent } from "../../shared/protocol.ts";
import { referencesOf } from "../../shared/recipe.ts";
import type { Params, Result } from "../../shared/requests.ts";
import { syncFolder } from "../files/durable-write.ts";
import { checkOut } from "./admission.ts";
import { resumePoint } from "./checkpoints.ts";
import type { JobBook } from "./job-book.ts";
import type { HomeLayout } from "./layout.ts";
import type { PictureStore } from "./picture-store.ts";
import { RefusedError } from "./refused-error.ts";
import { GOING_BACK } from "./runner.ts";
import type { Runners } from "./runners.ts";
import type { CheckpointRow } from "./store.ts";
import type { Succession } from "./succession.ts";

export interface SteeringOptions {
  readonly book: JobBook;
  readonly layout: HomeLayout;
  readonly pictures: PictureStore;
  readonly runners: Runners;
  readonly succession: Succession;
  readonly emit: (event: DaemonEvent) => void;
  /** A job waits for its turn that did not before. */
  readonly onQueued: () => void;
}

/** Changes of a job's controls, and the ways back and aside in its time. */
export class JobSteering {
  readonly #book: JobBook;
  readonly #layout: HomeLayout;
  readonly #pictures: PictureStore;
  readonly #runners: Runners;
  readonly #succession: Succession;
  readonly #emit: (event: DaemonEvent) => void;
  readonly #onQueued: () => void;

  constructor({ book, layout, pictures, runners, succession, emit, onQueued }: SteeringOptions) {
    this.#book = book;
    this.#layout = layout;
    this.#pictures = pictures;
    this.#runners = runners;
    this.#succession = succession;
    this.#emit = emit;
    this.#onQueued = onQueued;
  }

  async set({ job: prefix, changes }: Params<"set">): Promise<Result<"set">> {
    const { job } = this.#book.findUnfinished(prefix);
    if (Object.keys(changes).length === 0) throw new RefusedError("refused", "name a control and its value");
    const runner = this.#runners.ofJob(job.id);
    let iteration = (runner === undefined ? this.#standsAt(job) : job.progress)?.iteration ?? 0;
    checkChange(job.recipe, { iteration, changes }, () => this.#book.store.timelines.of(job.id));
    if (runner === undefined) this.#book.addChange(job.id, { iteration, changes });
    // The worker says where it is by then, and all is looked at again.
    else iteration = await runner.change(changes);
    return { job: this.#book.find(job.id).job, iteration };
  }

  /** Where a job that is not at work will go on from. */
  #standsAt({ id }: Job): CheckpointRow | undefined {
    return resumePoint(this.#book.store, id);
  }

  async undo({ job: prefix }: Params<"undo">): Promise<Job> {
    const { store } = this.#book;
    const { job } = this.#book.find(prefix);
    const { id, status: before } = job;
    const now = () => this.#book.find(id).job.progress?.iteration ?? 0;
    let last = store.timelines.lastChange(id, now());
    if (last !== undefined) this.#refuseWherePruned(job, last.iteration);
    // Another undo that waited for the same stop may have had it started again, or have taken the last change back.
    for (let runner; last !== undefined && (runner = this.#runners.ofJob(id)) !== undefined; ) {
      await runner.stop("undo");
      last = store.timelines.lastChange(id, now());
    }
    if (last === undefined) throw new RefusedError("refused", `job ${id} has no change to undo`);
    const { job: stopped } = this.#book.find(id);
    const { status } = stopped;
    if (status.state === "cancelled" && before.state !== "cancelled")
      throw new RefusedError("refused", `job ${id} was cancelled meanwhile`);
    const after = isFinished(stopped) ? this.#succession.again(stopped, "undo") : stopped.after;
    const target = store.checkpoints(id).findLast(({ iteration }) => iteration <= last.iteration);
    const at = target?.iteration ?? 0;
    const stoodAt = now();
    this.#book.dropProgress(id);
    // What waited goes on waiting; so does what somebody paused while it stopped.
    const isWaiting =
      status.state === "queued" || (status.state === "paused" && status.reason !== GOING_BACK);
    this.#book.update(
      id,
      {
        status: isWaiting ? status : { state: "queued", held: false },
        after,
        progress: target?.progress ?? null,
        // What it died of may have been the change.
        stalls: 0,
      },
      () => {
        store.rewind(id, stoodAt, at);
        // What the optimiser had learned by then is gone; a replay has to begin afresh there too.
        if (at > 0) store.timelines.add(id, [{ iteration: at, changes: {} }]);
      },
    );
    this.#emit({ event: "rewound", id, iteration: at });
    this.#onQueued();
    return this.#book.find(id).job;
  }

  async branch(
    { job: prefix, iteration, changes, after = [], held = false, ...sent }: Params<"branch">,
    key: string = randomBytes(12).toString("hex"),
  ): Promise<Job> {
    const known = this.#book.madeUnder(key, "branch");
    if (known !== undefined) return known;
    const { job } = this.#book.find(prefix);
    this.#succession.predecessors(after);
    using _ = await this.#pictures.hold(referencesOf(job.recipe).flatMap(({ sha256 }) => sha256 ?? []));
    const out = await checkOut(sent.out, job.recipe);
    // Before files are made for it.
    this.#book.refuseTakenOut(out);
    const rows = this.#book.store.checkpoints(job.id);
    const hasChanges = Object.keys(changes).length > 0;
    // Changes need iterations to have an effect in; without any, a job that converged is at its end as well.
    const end = job.status.state === "done" && !hasChanges ? job.progress?.iteration : undefined;
    const all = end ?? iterationsOf(job.plan);
    const newest = hasChanges ? rows.findLast((one) => one.iteration < all) : rows.at(-1);
    const row = iteration === null ? newest : rows.find((one) => one.iteration === iteration);
    if (row === undefined && iteration !== null && iteration > 0)
      throw new RefusedError(
        "refused",
        `job ${job.id} has no checkpoint at iteration ${iteration}; there are ${[0, ...rows.map((one) => one.iteration)].join(", ")}`,
      );
    const at = row?.iteration ?? 0;
    if (at >= all)
      throw new RefusedError(
        "refused",
        `nothing is left to do after iteration ${at}, the last of job ${job.id}; branch from ${[0, ...rows.map((one) => one.iteration)].filter((one) => one < all).join(", ")}`,
      );
    const { timelines } = this.#book.store;
    const inherited = madeBy(timelines.of(job.id), at);
    const change = { iteration: at, changes };
    const changed = recipeAfter(job.recipe, [...inherited, change]);
    // Nobody asked for those here, but the job was to have them; the branch's own changes are meant to last.
    const planned = withChange(timelines.planned(job.id, at), change).filter(
      ({ iteration: one }) => one > at,
    );
    recipeAfter(changed, planned);
    const id = this.#book.newId();
    let made: Job | undefined;
    try {
      if (row !== undefined) await this.#shareCheckpoint(job.id, row, id);
      made = this.#book.create(
        key,
        {
          // The whole descent is kept, so that a replay from the first iteration ends at the same bits.
          recipe: at === 0 ? changed : job.recipe,
          plan: job.plan,
          out,
          group: sent.group ?? job.group,
          priority: sent.priority ?? job.priority,
          // Looked at again: meanwhile one may have failed.
          after: this.#succession.predecessors(after),
          held,
          branchedFrom: { job: job.id, iteration: at },
        },
        {
          id,
          progress: row?.progress ?? null,
          also: () => {
            if (row === undefined) return timelines.add(id, planned);
            this.#book.store.addCheckpoint(id, { ...row, state: null, state_bytes: 0 });
            timelines.add(id, [...inherited, { iteration: at, changes: {} }], {
              isInherited: true,
            });
            if (hasChanges) timelines.add(id, [change]);
            timelines.add(id, planned);
          },
        },
      );
    } finally {
      // It was refused, or the same request came twice, and the other one was first.
      if (made?.id !== id) await this.#layout.removeJobFolder(id);
    }
    this.#onQueued();
    return this.#book.find(made.id).job;
  }

  /** Without a checkpoint from before a change a finished job would silently be made again from its beginning. */
  #refuseWherePruned(job: Job, iteration: number): void {
    const isLeft = this.#book.store.checkpoints(job.id).some((row) => row.iteration <= iteration);
    if (isLeft || iteration === 0 || !isFinished(job) || job.progress === null) return;
    throw new RefusedError(
      "refused",
      `no checkpoint of job ${job.id} is left from before its last change, at iteration ${iteration}; to make it again from the beginning: atelier branch ${job.id}@0`,
    );
  }

  /** Checkpoint files are never changed, so both jobs may have one. */
  async #shareCheckpoint(from: string, { picture, iteration }: CheckpointRow, to: string): Promise<void> {
    const folder = this.#layout.jobFolder(to);
    try {
      await link(join(this.#layout.jobFolder(from), picture), join(folder, picture));
      await syncFolder(folder);
    } catch (error) {
      const problem = fileProblem(error);
      throw new RefusedError(
        "refused",
        `the checkpoint ${iteration} of job ${from} cannot be had: ${problem}`,
      );
    }
  }
}
