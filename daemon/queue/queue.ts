import { randomBytes } from "node:crypto";
import { isFinished, type Job, type JobStateName } from "../../shared/jobs.ts";
import type { DaemonEvent } from "../../shared/protocol.ts";
import type { Params, Result } from "../../shared/requests.ts";
import type { Place } from "../devices/room.ts";
import type { FromWorker, ToWorker } from "../worker/messages.ts";
import { Admission } from "./admission.ts";
import { resumePoint } from "./checkpoints.ts";
import { Gallery } from "./gallery.ts";
import { JobBook } from "./job-book.ts";
import { JobSteering } from "./job-steering.ts";
import type { HomeLayout } from "./layout.ts";
import { inOrder, positionFor, runnableJobs } from "./order.ts";
import { PictureStore } from "./picture-store.ts";
import { prune } from "./prune.ts";
import { RefusedError } from "./refused-error.ts";
import { Runner } from "./runner.ts";
import { Runners } from "./runners.ts";
import type { Store } from "./store.ts";

export interface QueueOptions {
  readonly store: Store;
  readonly layout: HomeLayout;
  readonly emit: (event: DaemonEvent) => void;
  readonly sendToWorker: (worker: string, message: ToWorker) => void;
  readonly onNote: (job: string, message: string) => void;
  readonly checkpointSeconds: number;
  /** Where jobs may come to run. */
  readonly places: () => Promise<readonly Place[]>;
  /** Whether a worker's device could hold a job at all. */
  readonly hasRoom: (worker: string, job: Job) => boolean;
}

/** The queue of jobs: every request about jobs, and the choice of what runs. */
export class Queue {
  readonly gallery: Gallery;
  readonly steering: JobSteering;
  readonly #book: JobBook;
  readonly #store: Store;
  readonly #layout: HomeLayout;
  readonly #pictures: PictureStore;
  readonly admission: Admission;
  readonly #runners: Runners;
  readonly #options: QueueOptions;
  readonly #emit: (event: DaemonEvent) => void;
  readonly #onNote: (job: string, message: string) => void;
  #isClosing = false;

  constructor(options: QueueOptions) {
    const { store, layout, emit, onNote } = options;
    this.#options = options;
    this.#store = store;
    this.#layout = layout;
    this.#onNote = onNote;
    this.#runners = new Runners(options.hasRoom);
    this.#emit = (event) => {
      emit(event);
      if (event.event === "job") this.#failDependents(event.job);
    };
    this.#book = new JobBook(store, this.#emit);
    this.#pictures = new PictureStore(layout.pictures);
    this.admission = new Admission(this.#pictures, options.places);
    this.gallery = new Gallery(this.#book, layout, this.#pictures);
    this.steering = new JobSteering({
      book: this.#book,
      layout,
      runners: this.#runners,
      emit: this.#emit,
      onQueued: () => this.#pump(),
    });
  }

  get isPaused(): boolean {
    return this.#store.setting("paused") === "true";
  }

  /** A worker that jobs may be given to, once it says that it is ready. */
  addWorker(worker: string): void {
    const { layout, sendToWorker, onNote, checkpointSeconds } = this.#options;
    this.#runners.add(
      worker,
      new Runner({
        book: this.#book,
        layout,
        pictures: this.#pictures,
        onNote,
        checkpointSeconds,
        send: (message) => sendToWorker(worker, message),
        onFree: () => this.#pump(),
      }),
    );
  }

  /** The worker that has a job. */
  workerOf(job: string): string | undefined {
    return this.#runners.workerOf(job);
  }

  /** The job that a worker has. */
  runningOn(worker: string): string | undefined {
    return this.#runners.ofWorker(worker)?.runningId;
  }

  counts(): Record<JobStateName, number> {
    return {
      queued: 0,
      running: 0,
      paused: 0,
      done: 0,
      failed: 0,
      cancelled: 0,
      ...this.#store.counts(),
    };
  }

  onWorkerMessage(worker: string, message: FromWorker): void {
    this.#runners.ofWorker(worker)?.onMessage(message);
  }

  workerGone(worker: string, reason: string, isDeviceBroken: boolean): void {
    this.#runners.ofWorker(worker)?.workerGone(reason, isDeviceBroken);
  }

  /** Lets the running jobs checkpoint and go back into the queue; nothing starts any more. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#runners.stopAll();
  }

  async add(
    { recipe, timeline, out, group, priority, after, held }: Params<"add">,
    key: string = randomBytes(12).toString("hex"),
  ): Promise<Job> {
    const known = this.#store.findByKey(key);
    if (known !== undefined) return known.job;
    this.#predecessors(after);
    const admitted = await this.admission.admit(recipe, timeline, out);
    // Looked at again: while the pictures were read, one may have failed.
    const predecessors = this.#predecessors(after);
    const { id } = this.#book.create(
      key,
      { ...admitted, out, group, priority, held, after: predecessors, branchedFrom: null },
      {
        also: (own) => {
          for (const entry of timeline) this.#store.addToTimeline(own, entry);
        },
      },
    );
    this.#pump();
    return this.#book.find(id).job;
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
    return [...first, ...this.#store.finished(states, group, Math.max(0, skip - unfinished.length), rest)];
  }

  show({ job: prefix }: Params<"show">): Result<"show"> {
    const { job } = this.#book.find(prefix);
    return {
      job,
      timeline: this.#store.timeline(job.id).map((entry) => ({ ...entry, changes: { ...entry.changes } })),
      checkpoints: this.#store
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
    this.#book.flush(job.id);
    return this.#store.losses(job.id, points);
  }

  async pause({ job: prefix }: Params<"pause">): Promise<Job | null> {
    if (prefix === null) {
      this.#setPaused(true);
      await this.#runners.stopAll();
      return null;
    }
    const { job } = this.#book.findUnfinished(prefix);
    const runner = this.#runners.ofJob(job.id);
    if (runner !== undefined) await runner.stop("pause");
    else if (job.status.state === "queued")
      this.#book.update(job.id, { status: { state: "paused", since: Date.now(), reason: "asked for" } });
    return this.#book.find(job.id).job;
  }

  resume({ job: prefix }: Params<"resume">): Job | null {
    if (prefix === null) {
      this.#setPaused(false);
      this.#pump();
      return null;
    }
    const { job } = this.#book.findUnfinished(prefix);
    const { status } = job;
    if (status.state === "paused" || (status.state === "queued" && status.held))
      this.#book.update(job.id, { status: { state: "queued", held: false } });
    this.#pump();
    return this.#book.find(job.id).job;
  }

  async cancel({ job: prefix }: Params<"cancel">): Promise<Job> {
    const { job } = this.#book.find(prefix);
    const runner = this.#runners.ofJob(job.id);
    if (runner !== undefined) await runner.stop("cancel");
    else if (!isFinished(job)) this.#book.update(job.id, { status: { state: "cancelled", at: Date.now() } });
    return this.#book.find(job.id).job;
  }

  retry({ job: prefix }: Params<"retry">): Job {
    const { job } = this.#book.find(prefix);
    if (job.status.state !== "failed" && job.status.state !== "cancelled")
      throw new RefusedError(
        "refused",
        `job ${job.id} is ${job.status.state}; only a failed or cancelled one can be retried`,
      );
    this.#predecessors(job.after);
    this.#book.update(job.id, { status: { state: "queued", held: false }, stalls: 0 });
    this.#pump();
    return this.#book.find(job.id).job;
  }

  async remove({ job: prefix }: Params<"remove">): Promise<Record<string, never>> {
    const { job } = this.#book.find(prefix);
    if (this.#isAtWork(job.id))
      throw new RefusedError("refused", `job ${job.id} is running; cancel it first`);
    this.#book.remove(job.id);
    this.#failAfter(job.id, "removed");
    await this.#layout.removeJobFolder(job.id);
    return {};
  }

  move({ job: prefix, to }: Params<"move">): Job {
    const { job } = this.#book.findUnfinished(prefix);
    const peers = [...this.#book.unfinished].filter(
      (other) => other.job.id !== job.id && other.job.priority === job.priority,
    );
    this.#book.update(job.id, { position: positionFor(to, job.position, peers) });
    this.#pump();
    return this.#book.find(job.id).job;
  }

  prioritise({ job: prefix, priority }: Params<"prioritise">): Job {
    const { job } = this.#book.findUnfinished(prefix);
    this.#book.update(job.id, { priority });
    this.#pump();
    return this.#book.find(job.id).job;
  }

  async edit({ job: prefix, recipe }: Params<"edit">): Promise<Job> {
    const refuseIfBegun = () => {
      const { job } = this.#book.findUnfinished(prefix);
      if (job.progress !== null || this.#isAtWork(job.id))
        throw new RefusedError("refused", `job ${job.id} has begun; change its controls, or branch from it`);
      return job;
    };
    const { id } = refuseIfBegun();
    const admitted = await this.admission.admit(recipe, this.#store.timeline(id), null);
    return this.#book.update(refuseIfBegun().id, { ...admitted });
  }

  async have({ sha256 }: Params<"have">): Promise<Result<"have">> {
    const found = await Promise.all(sha256.map(async (hash) => await this.#pictures.has(hash)));
    return { missing: sha256.filter((_, i) => !found[i]) };
  }

  async upload(piece: Params<"upload">): Promise<Result<"upload">> {
    return { received: await this.#pictures.receive(piece) };
  }

  async prune(params: Params<"prune">): Promise<Result<"prune">> {
    return await prune(params, this.#book, this.#layout, this.#pictures);
  }

  /** Ids of the jobs that must be done first; refuses ones that never will be. */
  #predecessors(after: readonly string[]): string[] {
    return after.map((prefix) => {
      const { id, status } = this.#book.find(prefix).job;
      if (status.state === "failed" || status.state === "cancelled")
        throw new RefusedError("refused", `job ${id} is ${status.state}, so nothing can come after it`);
      return id;
    });
  }

  #setPaused(paused: boolean): void {
    this.#store.setSetting("paused", String(paused));
    this.#emit({ event: "queue", paused });
  }

  #isAtWork(job: string): boolean {
    return this.#runners.ofJob(job) !== undefined;
  }

  #pump(): void {
    if (this.#isClosing || this.isPaused) return;
    this.#runners.assign(runnableJobs(this.#book.unfinished), (job, error) =>
      this.#onNote(job, `cannot be started: ${String(error)}`),
    );
  }

  #failDependents({ id, status }: Job): void {
    if (status.state === "failed" || status.state === "cancelled") this.#failAfter(id, status.state);
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

  /** Mends what the end of the last daemon left half done: jobs that ran wait for their turn, from their checkpoints. */
  recover(): void {
    const left = [...this.#book.unfinished];
    for (const { job } of left) {
      if (job.status.state === "running")
        this.#book.updateAnyhow(job.id, {
          status: { state: "queued", held: false },
          progress: resumePoint(this.#store.checkpoints(job.id))?.progress ?? null,
        });
      for (const id of job.after) {
        const [predecessor] = this.#store.findByPrefix(id);
        if (predecessor === undefined) this.#failAfter(id, "removed");
        else this.#failDependents(predecessor.job);
      }
    }
  }
}
