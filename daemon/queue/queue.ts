import { randomBytes } from "node:crypto";
import { type Job, type JobStateName } from "../../shared/jobs.ts";
import type { DaemonEvent } from "../../shared/protocol.ts";
import type { Params, Result } from "../../shared/requests.ts";
import { objectionTo, type VerbName } from "../../shared/verbs.ts";
import type { Place } from "../devices/room.ts";
import type { FromWorker, ToWorker } from "../worker/messages.ts";
import { Admission } from "./admission.ts";
import { resumePoint } from "./checkpoints.ts";
import { editJob } from "./edit-job.ts";
import { Gallery } from "./gallery.ts";
import { JobBook } from "./job-book.ts";
import { JobSteering } from "./job-steering.ts";
import type { HomeLayout } from "./layout.ts";
import { positionsFor, runnableJobs } from "./order.ts";
import { PictureStore } from "./picture-store.ts";
import { prune } from "./prune.ts";
import { Records } from "./records.ts";
import { RefusedError } from "./refused-error.ts";
import { removeJob } from "./remove-job.ts";
import { GOING_BACK, Runner } from "./runner.ts";
import { Runners } from "./runners.ts";
import type { Store } from "./store.ts";
import { Succession } from "./succession.ts";

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
  readonly records: Records;
  readonly gallery: Gallery;
  readonly steering: JobSteering;
  readonly #book: JobBook;
  readonly #succession: Succession;
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
      if (event.event === "job") this.#succession.onChange(event.job);
      // At once: what was to come after it must not start while its files are deleted.
      else if (event.event === "removed") this.#succession.onRemoved(event.id);
    };
    this.#book = new JobBook(store, this.#emit);
    this.#succession = new Succession(this.#book, (job) => this.#isAtWork(job));
    this.records = new Records(this.#book);
    this.#pictures = new PictureStore(layout.pictures);
    this.admission = new Admission(this.#pictures, options.places);
    this.gallery = new Gallery(this.#book, layout, this.#pictures);
    this.steering = new JobSteering({
      book: this.#book,
      layout,
      pictures: this.#pictures,
      runners: this.#runners,
      succession: this.#succession,
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
    const none = { queued: 0, running: 0, paused: 0, done: 0, failed: 0, cancelled: 0 };
    const counts = { ...none, ...this.#store.countsOfFinished() };
    // Also those whose end the store did not take yet.
    for (const { job } of this.#book.unfinished) counts[job.status.state]++;
    return counts;
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
    const known = this.#book.madeUnder(key, "add");
    if (known !== undefined) return known;
    this.#succession.predecessors(after);
    const { id } = await this.admission.admit({ recipe, timeline, out }, (admitted) => {
      // Looked at again: while the pictures were read, one may have failed.
      const predecessors = this.#succession.predecessors(after);
      return this.#book.create(
        key,
        { ...admitted, group, priority, held, after: predecessors, branchedFrom: null },
        { also: (own) => this.#store.timelines.add(own, timeline) },
      );
    });
    this.#pump();
    return this.#book.find(id).job;
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
    this.#runners.ofJob(job.id)?.resume();
    if (status.state === "paused" || (status.state === "queued" && status.held))
      this.#book.update(job.id, { status: { state: "queued", held: false } });
    this.#pump();
    return this.#book.find(job.id).job;
  }

  async cancel({ job: prefix }: Params<"cancel">): Promise<Job> {
    const { job } = this.#book.find(prefix);
    refuseSenseless("cancel", job);
    const runner = this.#runners.ofJob(job.id);
    if (runner !== undefined) await runner.stop("cancel");
    else this.#book.update(job.id, { status: { state: "cancelled", at: Date.now() } });
    return this.#book.find(job.id).job;
  }

  retry({ job: prefix }: Params<"retry">): Job {
    const { job } = this.#book.find(prefix);
    refuseSenseless("retry", job);
    const after = this.#succession.again(job, "retry");
    this.#book.update(job.id, { status: { state: "queued", held: false }, stalls: 0, after });
    this.#pump();
    return this.#book.find(job.id).job;
  }

  async remove({ job: prefix }: Params<"remove">): Promise<Record<string, never>> {
    const { job } = this.#book.find(prefix);
    await removeJob(this.#book, this.#layout, job.id, () => {
      if (this.#isAtWork(job.id))
        throw new RefusedError("refused", `job ${job.id} is running; cancel it first`);
    });
    return {};
  }

  move({ job: prefix, to }: Params<"move">): Job {
    const { job } = this.#book.findUnfinished(prefix);
    const peers = [...this.#book.unfinished]
      .map((other) => other.job)
      .filter(({ id, priority }) => id !== job.id && priority === job.priority);
    const positions = [...positionsFor(to, job, peers)];
    this.#book.updateAll(positions.map(([id, position]) => [id, { position }]));
    this.#pump();
    return this.#book.find(job.id).job;
  }

  prioritise({ job: prefix, priority }: Params<"prioritise">): Job {
    const { job } = this.#book.findUnfinished(prefix);
    this.#book.update(job.id, { priority });
    this.#pump();
    return this.#book.find(job.id).job;
  }

  async edit(params: Params<"edit">): Promise<Job> {
    const job = await editJob(params, {
      book: this.#book,
      admission: this.admission,
      succession: this.#succession,
      isAtWork: (id) => this.#isAtWork(id),
    });
    this.#pump();
    return job;
  }

  async have({ sha256 }: Params<"have">): Promise<Result<"have">> {
    const found = await Promise.all(sha256.map(async (hash) => await this.#pictures.claim(hash)));
    return { missing: sha256.filter((_, i) => !found[i]) };
  }

  async upload(piece: Params<"upload">): Promise<Result<"upload">> {
    return { received: await this.#pictures.receive(piece) };
  }

  async prune(params: Params<"prune">): Promise<Result<"prune">> {
    return await prune(params, this.#book, this.#layout, this.#pictures);
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

  /** Mends what the end of the last daemon left half done: jobs that ran wait for their turn, from their checkpoints. */
  recover(): void {
    const left = [...this.#book.unfinished];
    for (const { job } of left) {
      const { status } = job;
      const wentBack = status.state === "paused" && status.reason === GOING_BACK;
      if (status.state === "running" || wentBack) {
        const progress = resumePoint(this.#store, job.id)?.progress ?? null;
        const from = progress === null ? "begins again" : `goes on from iteration ${progress.iteration}`;
        this.#onNote(job.id, `the daemon was gone without ending it; it ${from}`);
        this.#book.updateAnyhow(job.id, { status: { state: "queued", held: false }, progress });
      }
      this.#succession.mend(job);
    }
  }
}

/** In the words that the interface has for it too. */
function refuseSenseless(verb: VerbName, job: Job): void {
  const problem = objectionTo(verb, job);
  if (problem !== undefined) throw new RefusedError("refused", problem);
}
