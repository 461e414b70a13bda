import { monitorEventLoopDelay } from "node:perf_hooks";
import type { Logger } from "pino";
import manifest from "../package.json" with { type: "json" };
import type { DeviceWish } from "../shared/devices.ts";
import { messageOf, UserError } from "../shared/errors.ts";
import { socketPath } from "../shared/home.ts";
import { isFinished, iterationsOf, type JobStateName } from "../shared/jobs.ts";
import { type DaemonEvent, type ErrorCode } from "../shared/protocol.ts";
import { REQUESTS } from "../shared/requests.ts";
import { runHook } from "./hook.ts";
import { Metrics } from "./metrics.ts";
import { obstacleOf, openDatabase } from "./queue/database.ts";
import type { HomeLayout } from "./queue/layout.ts";
import { Queue } from "./queue/queue.ts";
import { RefusedError } from "./queue/refused-error.ts";
import { Store } from "./queue/store.ts";
import { createHandlers } from "./requests.ts";
import { Answered } from "./server/answered.ts";
import type { Client } from "./server/client.ts";
import { Previews } from "./server/previews.ts";
import { Server } from "./server/server.ts";
import type { FromWorker } from "./worker/messages.ts";
import { WorkerPool } from "./worker/pool.ts";

/** Resolution of the histogram, which it adds to every delay. */
const LOOP_RESOLUTION_MS = 10;

export interface DaemonOptions {
  readonly layout: HomeLayout;
  readonly log: Logger;
  /** Come up without starting jobs. */
  readonly paused: boolean;
  /** The devices to own. */
  readonly wishes: readonly DeviceWish[];
  /** CPU threads of each worker; the cores are shared among them when undefined. */
  readonly threads: number | undefined;
  readonly weights: string | undefined;
  readonly checkpointSeconds: number;
  /** A worker that says nothing for so long is taken to hang. */
  readonly silenceSeconds: number;
  /** What an iteration may take; by the size of the picture when undefined. */
  readonly iterationSeconds: number | undefined;
  /** A device that does not work is tried again after so long, then ever later. */
  readonly retrySeconds: number;
  readonly hook: string | undefined;
  readonly onShutdown: (why: string) => void;
}

/** The parts of the daemon, put together: queue, worker and server know nothing of each other. */
export class Daemon {
  readonly server: Server;
  readonly #options: DaemonOptions;
  readonly #store: Store;
  readonly #queue: Queue;
  readonly #pool: WorkerPool;
  readonly #previews: Previews<Client>;
  readonly #metrics: Metrics;
  readonly #answered = new Answered();
  readonly #started = Date.now();
  readonly #loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  /** Last logged states of unfinished jobs. */
  readonly #logged = new Map<string, JobStateName>();

  constructor(options: DaemonOptions) {
    const { layout, log, paused, checkpointSeconds } = options;
    this.#options = options;
    this.#store = new Store(openDatabase(layout.database));
    if (paused) this.#store.setSetting("paused", "true");
    this.#pool = new WorkerPool(
      {
        onAdded: (worker) => this.#queue.addWorker(worker),
        onMessage: (worker, message) => this.#onWorkerMessage(worker, message),
        onGone: (worker, reason, isDeviceBroken) => this.#onWorkerGone(worker, reason, isDeviceBroken),
        onOutput: (worker, text) => log.warn({ worker }, text.trim()),
        onChange: (info) => this.server.broadcast({ event: "worker", worker: info }),
        onNote: (worker, note) => log.warn({ worker }, note),
      },
      options,
    );
    this.#previews = new Previews((job, wishes) => {
      const worker = this.#queue.workerOf(job);
      if (worker !== undefined) this.#pool.send(worker, { type: "previews", wishes });
    });
    this.server = new Server({
      handle: async (name, params, key, client) =>
        await this.#answered.once(
          REQUESTS[name].changes && key !== undefined ? `${name} ${key}` : undefined,
          async () => await handlers[name](params as never, key, client),
        ),
      explain: (error) => this.#explain(error),
      welcome: () => ({ version: manifest.version, paused: this.#queue.isPaused }),
      onLeave: (client) => this.#previews.forget(client),
      onError: (error) => log.error({ error: error.message }, "a connection could not be taken"),
      metrics: async () => await this.#metrics.text(),
    });
    this.#queue = new Queue({
      store: this.#store,
      layout,
      checkpointSeconds,
      places: async () => await this.#pool.places(),
      hasRoom: (worker, job) => this.#pool.hasRoom(worker, job),
      emit: (event) => this.#emit(event),
      sendToWorker: (worker, message) => this.#pool.send(worker, message),
      onNote: (job, message) => log.warn({ job }, message),
    });
    this.#metrics = new Metrics({
      jobs: () => this.#queue.counts(),
      workers: () => this.#pool.infos,
      clients: () => this.server.clients,
      droppedPreviews: () => this.server.droppedPreviews,
      workerRestarts: () => this.#pool.restarts,
      loopDelayP999Ms: () => this.#loopDelayP999Ms(),
    });
    const handlers = createHandlers<Client>({
      queue: this.#queue,
      layout,
      status: () => this.#status(),
      shutdown: () => options.onShutdown("asked by a client"),
      watch: (client, params) => this.#previews.set(client, params),
    });
  }

  async start(): Promise<void> {
    this.#loop.enable();
    this.#queue.recover();
    // Clients are let in meanwhile; only who adds a job waits for the trial.
    this.#pool.open().catch((error: unknown) => {
      this.#options.log.error({ error: messageOf(error) }, "the devices could not be opened");
    });
    const { layout, onShutdown } = this.#options;
    await this.server.listenOnSocket(socketPath(), () => {
      const { isGone } = layout;
      // Jobs would be written where nobody finds them.
      if (isGone) onShutdown(`its home ${layout.data} was deleted, moved or replaced`);
      return isGone;
    });
  }

  /** Lets the running jobs save a checkpoint, then ends everything. */
  async close(): Promise<void> {
    await this.#queue.close();
    await this.#pool.close();
    await this.server.close();
    this.#store.close();
  }

  #emit(event: DaemonEvent): void {
    this.server.broadcast(event);
    this.#metrics.note(event);
    const { log, hook } = this.#options;
    if (event.event === "changed")
      log.info({ job: event.id, iteration: event.iteration, ...event.changes }, "controls changed");
    if (event.event === "rewound")
      log.info({ job: event.id, iteration: event.iteration }, "went back to a checkpoint");
    if (event.event === "removed") this.#logged.delete(event.id);
    if (event.event !== "job") return;
    const { job } = event;
    const { state, ...details } = job.status;
    this.#noteRunning();
    if (this.#logged.get(job.id) === state) return;
    this.#logged.set(job.id, state);
    if (isFinished(job)) this.#logged.delete(job.id);
    const reason = "reason" in details && { reason: details.reason };
    // It may be fewer than all.
    const iterations = state === "done" && {
      iterations: `${job.progress?.iteration} of ${iterationsOf(job.plan)}`,
    };
    log.info({ job: job.id, ...reason, ...iterations }, state);
    if (hook !== undefined && (state === "done" || state === "failed"))
      runHook(hook, job, (problem) => {
        // A job that is removed meanwhile has no log any more.
        const isThere = this.#store.findByPrefix(job.id).length > 0;
        log.warn({ [isThere ? "job" : "removed"]: job.id, hook, problem }, "the hook failed");
      });
  }

  #onWorkerMessage(worker: string, message: FromWorker): void {
    if (message.type === "preview")
      return this.#previews.deliver(message, (client, frame) => this.server.sendPreview(client, frame));
    if (message.type === "ready") {
      const { engine, device, weights } = message;
      this.#options.log.info({ worker, engine, device, weights }, "worker ready");
    }
    this.#queue.onWorkerMessage(worker, message);
  }

  #onWorkerGone(worker: string, reason: string, isDeviceBroken: boolean): void {
    this.#options.log.error({ worker, reason }, "the worker is gone");
    this.#queue.workerGone(worker, reason, isDeviceBroken);
  }

  /** Each worker's present job: previews follow it. */
  #noteRunning(): void {
    for (const { id, job } of this.#pool.infos) {
      const running = this.#queue.runningOn(id) ?? null;
      if (job === running) continue;
      this.#pool.note(id, { job: running, ...(running === null && { load: null }) });
      if (running !== null) this.#previews.announce(running);
    }
  }

  #explain(error: unknown): { code: ErrorCode; message: string } {
    if (error instanceof RefusedError) return { code: error.code, message: error.message };
    const obstacle = obstacleOf(error);
    if (obstacle !== undefined)
      return {
        code: "refused",
        message: `${this.#options.layout.data}: ${obstacle.what}; ${obstacle.remedy}`,
      };
    if (error instanceof UserError) return { code: "refused", message: error.message };
    this.#options.log.error(
      { error: error instanceof Error ? error.stack : String(error) },
      "a request failed",
    );
    return { code: "internal", message: `the daemon failed at this: ${messageOf(error)}; see: atelier logs` };
  }

  #loopDelayP999Ms(): number {
    return Math.max(0, this.#loop.percentile(99.9) / 1e6 - LOOP_RESOLUTION_MS);
  }

  #status() {
    return {
      version: manifest.version,
      pid: process.pid,
      started: this.#started,
      home: this.#options.layout.data,
      paused: this.#queue.isPaused,
      workers: this.#pool.infos,
      jobs: this.#queue.counts(),
      clients: this.server.clients,
      rssBytes: process.memoryUsage.rss(),
      loopDelayP999Ms: this.#loopDelayP999Ms(),
    };
  }
}
