import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../daemon/queue/database.ts";
import { HomeLayout } from "../../daemon/queue/layout.ts";
import { Queue } from "../../daemon/queue/queue.ts";
import { Store } from "../../daemon/queue/store.ts";
import type { Assignment, ToWorker } from "../../daemon/worker/messages.ts";
import type { Job } from "../../shared/jobs.ts";
import type { DaemonEvent } from "../../shared/protocol.ts";

const READY = { type: "ready", engine: "test", device: "test", weights: "none" } as const;

/** The real queue on a real store, with workers that do what a test tells them to, and can be restarted. */
export class QueueSystem {
  readonly layout: HomeLayout;
  database!: DatabaseSync;
  #store!: Store;
  queue!: Queue;
  readonly events: DaemonEvent[] = [];
  /** The job that each worker has. */
  readonly working = new Map<string, string>();
  /** What workers were told to work on. */
  readonly assignments: Assignment[] = [];
  /** Workers end a job some time after they are asked to, as real ones do. */
  isSlow = false;
  readonly #workers: readonly string[];
  readonly #hasRoom: (worker: string, job: Job) => boolean;

  /** Its home lies in a folder of the test. */
  constructor(folder: string, workers: number, hasRoom: (worker: string, job: Job) => boolean = () => true) {
    this.layout = new HomeLayout(mkdtempSync(join(folder, "home-")));
    this.#hasRoom = hasRoom;
    this.#workers = Array.from({ length: workers }, (_, i) => `worker ${i}`);
    this.open();
  }

  open(): void {
    this.working.clear();
    this.database = openDatabase(this.layout.database);
    this.#store = new Store(this.database);
    const queue = new Queue({
      store: this.#store,
      layout: this.layout,
      emit: (event) => this.events.push(event),
      onNote: () => {},
      checkpointSeconds: 30,
      places: async () => await Promise.resolve([{ device: { engine: "onnx", kind: "cpu" }, worker: null }]),
      hasRoom: this.#hasRoom,
      // A worker of an earlier life is heard no more.
      sendToWorker: (worker, message) => queue === this.queue && this.#obey(worker, message),
    });
    this.queue = queue;
    queue.recover();
    for (const worker of this.#workers) {
      queue.addWorker(worker);
      queue.onWorkerMessage(worker, READY);
    }
  }

  #obey(worker: string, message: ToWorker): void {
    switch (message.type) {
      case "start":
        this.assignments.push(message.assignment);
        this.working.set(worker, message.assignment.job);
        break;
      case "stop":
        if (this.isSlow) setTimeout(() => this.#stop(worker, message.job), 20);
        else this.#stop(worker, message.job);
        break;
      case "change": {
        const iteration = this.find(this.working.get(worker) ?? "").progress?.iteration ?? 0;
        this.queue.onWorkerMessage(worker, { type: "changing", token: message.token, iteration });
        break;
      }
      case "decide":
      case "previews":
        break;
    }
  }

  #stop(worker: string, job: string): void {
    if (this.working.get(worker) !== job) return;
    this.working.delete(worker);
    this.queue.onWorkerMessage(worker, { type: "stopped", job });
  }

  #iterations = PROGRESS.iteration;

  /** The worker gets on; by default always further than where one died: only that counts as progress. */
  progress(job: string, ...iterations: readonly number[]): void {
    for (const iteration of iterations.length > 0 ? iterations : [++this.#iterations])
      this.queue.onWorkerMessage(this.#workerOf(job), {
        type: "progress",
        job,
        progress: { ...PROGRESS, iteration },
      });
  }

  /** The worker has come to an iteration, and saves its picture; if it is whole, the optimiser's state as well. */
  checkpoint(job: string, iteration: number, isWhole = false): void {
    const progress = { ...PROGRESS, iteration };
    const worker = this.#workerOf(job);
    const picture = `${iteration}.picture`;
    writeFileSync(join(this.layout.jobFolder(job), picture), "");
    const state = isWhole ? `${iteration}.state` : null;
    const files = { picture, picture_bytes: 1, state, state_bytes: 0 };
    this.queue.onWorkerMessage(worker, { type: "progress", job, progress });
    this.queue.onWorkerMessage(worker, { type: "checkpoint", job, progress, ...files });
  }

  finish(job: string): void {
    const worker = this.#workerOf(job);
    this.working.delete(worker);
    writeFileSync(join(this.layout.jobFolder(job), "result.png"), job);
    this.queue.onWorkerMessage(worker, { type: "done", job, progress: PROGRESS, picture: "result.png" });
  }

  /** The worker that has a job dies, or its device does, and another follows at once. */
  die(job: string, isDeviceBroken = false): void {
    const worker = this.#workerOf(job);
    this.working.delete(worker);
    this.queue.workerGone(worker, "the test killed it", isDeviceBroken);
    this.queue.onWorkerMessage(worker, READY);
  }

  #workerOf(job: string): string {
    const [worker] = [...this.working].find(([, one]) => one === job) ?? [];
    if (worker === undefined) throw new Error(`no worker has ${job}`);
    return worker;
  }

  /** As a kill does: nothing is written any more. */
  restart(): void {
    this.#store.close();
    this.open();
  }

  find(id: string): Job {
    return this.queue.records.show({ job: id }).job;
  }

  jobs(): Job[] {
    return this.queue.records.list({ states: null, group: null, skip: 0, limit: 500 });
  }

  close(): void {
    this.#store.close();
  }
}

const PROGRESS = {
  stage: 0,
  width: 32,
  height: 21,
  stageIteration: 1,
  iteration: 1,
  evaluations: 2,
  loss: 1,
  terms: {},
  seconds: 0.1,
};
