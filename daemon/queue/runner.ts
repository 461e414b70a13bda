import { join } from "node:path";
import { type ControlValues, checkChange } from "../../shared/controls.ts";
import { messageOf } from "../../shared/errors.ts";
import type { Job, JobStatus } from "../../shared/jobs.ts";
import type { FromWorker, ToWorker } from "../worker/messages.ts";
import { assignmentOf } from "./assignment.ts";
import { resumePoint } from "./checkpoints.ts";
import { obstacleOf } from "./database.ts";
import { deliver } from "./delivery.ts";
import type { JobBook } from "./job-book.ts";
import { keepCheckpoint } from "./keep-checkpoint.ts";
import type { HomeLayout } from "./layout.ts";
import type { PictureStore } from "./picture-store.ts";
import { RefusedError } from "./refused-error.ts";
import type { StoredJob } from "./store.ts";

/** What becomes of the running job once it has stopped. */
export type StopIntent = "pause" | "yield" | "cancel" | "undo";

/** Why a job is paused for a moment while it is undone. */
export const GOING_BACK = "going back to a checkpoint";
/** A worker may die over a job so many times without getting any further in between. */
const MAX_STALLS = 2;

interface Running {
  readonly id: string;
  /** The worker is told of it after opening, and has done its part before delivering. */
  phase: "opening" | "working" | "delivering";
  intent: StopIntent | undefined;
  /** Whether the worker got further than any that died over the job. */
  hasProgressed: boolean;
  readonly waiting: (() => void)[];
  /** Where its picture is wanted may be a place that does not answer: whoever cancels the job does not wait for it. */
  readonly abandoned: PromiseWithResolvers<string>;
}

interface PendingChange {
  readonly changes: ControlValues;
  readonly granted: (iteration: number) => void;
  readonly refused: (error: unknown) => void;
}

export interface RunnerOptions {
  readonly book: JobBook;
  readonly layout: HomeLayout;
  readonly pictures: PictureStore;
  readonly send: (message: ToWorker) => void;
  readonly onFree: () => void;
  /** Something for the job's log. */
  readonly onNote: (job: string, message: string) => void;
  readonly checkpointSeconds: number;
}

/** Hands jobs to a worker one at a time and writes down what comes of them. */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #book: JobBook;
  #isReady = false;
  #running: Running | undefined;
  #token = 0;
  readonly #changes = new Map<number, PendingChange>();

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#book = options.book;
  }

  get isFree(): boolean {
    return this.#isReady && this.#running === undefined;
  }

  get runningId(): string | undefined {
    return this.#running?.id;
  }

  /** Its job was asked to make way, so that it is free soon. */
  get isStopping(): boolean {
    return this.#running?.intent !== undefined;
  }

  async start({ job }: StoredJob): Promise<void> {
    const running: Running = {
      id: job.id,
      phase: "opening",
      intent: undefined,
      hasProgressed: false,
      waiting: [],
      abandoned: Promise.withResolvers(),
    };
    this.#running = running;
    try {
      await this.#sweep(job.id);
      if (running.intent !== undefined || !this.#isReady) this.#leave({ status: this.#statusAfterStop() });
      else this.#handOver(running);
    } catch (error) {
      const reason = `it could not be started: ${messageOf(error)}`;
      this.#leave({ status: { state: "failed", at: Date.now(), reason } });
    }
  }

  /** Files without a record, which a crash or a change left, only take up room. */
  async #sweep(job: string, result?: string): Promise<void> {
    const checkpoints = this.#book.store.checkpoints(job);
    const kept = new Set([result, ...checkpoints.flatMap(({ picture, state }) => [picture, state])]);
    try {
      await this.#options.layout.sweepJobFolder(job, (name) => kept.has(name) || name.startsWith("log"));
    } catch (error) {
      this.#options.onNote(
        job,
        `files that nothing needs any more could not be deleted: ${messageOf(error)}`,
      );
    }
  }

  #handOver(running: Running): void {
    const { layout, pictures, send, checkpointSeconds } = this.#options;
    const { store } = this.#book;
    const from = resumePoint(store, running.id);
    const job = this.#book.updateAnyhow(running.id, {
      status: { state: "running", since: Date.now() },
      progress: from?.progress ?? null,
    });
    const assignment = assignmentOf(job, from, { store, layout, pictures }, checkpointSeconds);
    send({ type: "start", assignment });
    running.phase = "working";
    for (const [token, { changes }] of this.#changes) send({ type: "change", token, changes });
  }

  /** Ends the work on the running job at its next iteration. Resolves when it has ended. */
  async stop(intent: StopIntent): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    // Whoever cancels means it; a pause outlasts making way for another job.
    const order: readonly (StopIntent | undefined)[] = [undefined, "yield", "undo", "pause", "cancel"];
    if (order.indexOf(intent) > order.indexOf(running.intent)) running.intent = intent;
    await new Promise<void>((resolve) => {
      running.waiting.push(resolve);
      if (running.phase === "working") this.#options.send({ type: "stop", job: running.id });
      if (running.phase === "delivering" && intent === "cancel")
        running.abandoned.resolve("it was cancelled while its picture was copied");
    });
  }

  /** A pause is no longer wanted: once stopped, the job waits for its turn. */
  resume(): void {
    if (this.#running?.intent === "pause") this.#running.intent = "yield";
  }

  /** Changes controls of the running job; resolves with the iteration after which they hold. */
  async change(changes: ControlValues): Promise<number> {
    const token = ++this.#token;
    return await new Promise((granted, refused) => {
      this.#changes.set(token, { changes, granted, refused });
      if (this.#running?.phase === "working") this.#options.send({ type: "change", token, changes });
    });
  }

  /** The worker is gone: the job waits for the next one, unless workers keep dying over it. A broken device is not its doing. */
  workerGone(reason: string, isDeviceBroken: boolean): void {
    this.#isReady = false;
    const running = this.#running;
    // One that had not begun is started on the next worker, and a finished picture is finished.
    if (running?.phase !== "working") return;
    const { job } = this.#book.find(running.id);
    this.#book.dropProgressOfDead(running.id);
    const stalls = running.hasProgressed ? 0 : job.stalls + (isDeviceBroken ? 0 : 1);
    const at = Date.now();
    const isPoison = stalls > MAX_STALLS;
    this.#options.onNote(job.id, `the worker is gone: ${reason}`);
    this.#leave({
      status:
        isPoison && running.intent !== "cancel"
          ? { state: "failed", at, reason: `the worker died ${stalls} times over it, last: ${reason}` }
          : this.#statusAfterStop(),
      stalls,
      progress: resumePoint(this.#book.store, running.id)?.progress ?? null,
    });
  }

  onMessage(message: FromWorker): void {
    if (message.type === "ready") {
      this.#isReady = true;
      return this.#options.onFree();
    }
    if ("job" in message && message.job !== this.#running?.id) return;
    switch (message.type) {
      case "progress":
        this.#noteProgress(message);
        break;
      case "changing":
        this.#decide(message.token, message.iteration);
        break;
      case "checkpoint":
        this.#keepCheckpoint(message);
        break;
      case "note":
        this.#options.onNote(message.job, message.message);
        break;
      case "stopped":
        this.#leave({ status: this.#statusAfterStop() });
        break;
      case "done":
        void this.#finish(message);
        break;
      case "failed":
        this.#leave({
          status: message.isDiskFull
            ? { state: "paused", since: Date.now(), reason: message.reason }
            : { state: "failed", at: Date.now(), reason: message.reason },
        });
        break;
      case "preview":
      case "unavailable":
        break;
    }
  }

  #noteProgress({ job, progress }: Extract<FromWorker, { type: "progress" }>): void {
    const running = this.#running as Running;
    if (!running.hasProgressed && this.#book.isNew(job, progress.iteration)) {
      running.hasProgressed = true;
      if (this.#book.find(job).job.stalls > 0) this.#book.updateAnyhow(job, { stalls: 0 });
    }
    this.#book.noteProgress(job, progress);
  }

  /** The change is on the disk before the worker makes it. */
  #decide(token: number, iteration: number): void {
    const change = this.#changes.get(token);
    const id = this.#running?.id;
    this.#changes.delete(token);
    let isGranted = false;
    if (change !== undefined && id !== undefined)
      try {
        const { job } = this.#book.find(id);
        const entry = { iteration, changes: change.changes };
        // Another change may have come in between.
        checkChange(job.recipe, entry, () => this.#book.store.timelines.of(id));
        this.#book.addChange(id, entry);
        isGranted = true;
        change.granted(iteration);
      } catch (error) {
        change.refused(error);
      }
    this.#options.send({ type: "decide", token, isGranted });
  }

  #keepCheckpoint(message: Extract<FromWorker, { type: "checkpoint" }>): void {
    try {
      keepCheckpoint(this.#book, this.#options.layout.jobFolder(message.job), message);
    } catch (error) {
      const obstacle = obstacleOf(error);
      if (obstacle === undefined) throw error;
      this.#options.onNote(message.job, `${obstacle.what}: a checkpoint could not be recorded`);
    }
  }

  /** The picture is where the job wants it before the job is done; if it cannot be, the job says so. */
  async #finish({ job: id, picture, progress }: Extract<FromWorker, { type: "done" }>): Promise<void> {
    const running = this.#running as Running;
    running.phase = "delivering";
    await this.#sweep(id, picture);
    const file = join(this.#options.layout.jobFolder(id), picture);
    const { out } = this.#book.find(id).job;
    const problem = out === null ? null : await Promise.race([deliver(file, out), running.abandoned.promise]);
    if (problem !== null) this.#options.onNote(id, problem);
    this.#leave({ status: { state: "done", at: Date.now(), picture: file, problem }, progress, stalls: 0 });
  }

  #statusAfterStop(): JobStatus {
    switch (this.#running?.intent) {
      case "pause":
        return { state: "paused", since: Date.now(), reason: "asked for" };
      case "cancel":
        return { state: "cancelled", at: Date.now() };
      case "undo":
        return { state: "paused", since: Date.now(), reason: GOING_BACK };
      case "yield":
      case undefined:
        return { state: "queued", held: false };
    }
  }

  #leave(change: Partial<Job>): void {
    const running = this.#running as Running;
    this.#running = undefined;
    this.#book.updateAnyhow(running.id, change);
    for (const { refused } of this.#changes.values())
      refused(
        new RefusedError("refused", "the job stopped running before the change took effect; try again"),
      );
    this.#changes.clear();
    for (const resolve of running.waiting) resolve();
    // A job that goes back in its time has its place again, before another takes it.
    if (running.intent === "undo") setImmediate(() => this.#options.onFree());
    else this.#options.onFree();
  }
}
