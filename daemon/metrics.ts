import { loadavg } from "node:os";
import { Counter, Gauge, Registry } from "prom-client";
import type { Job } from "../shared/jobs.ts";
import type { DaemonEvent } from "../shared/protocol.ts";
import type { DeviceLoad, WorkerInfo } from "../shared/requests.ts";

/** What the system tells of a device at work, as Prometheus wants its units. */
const LOADS: Readonly<Record<string, { help: string; of: (load: DeviceLoad) => number | null }>> = {
  busy_ratio: {
    help: "How busy the device is, by whomever",
    of: ({ percent }) => (percent === null ? null : percent / 100),
  },
  memory_used_bytes: { help: "Memory of the device in use", of: (load) => load.memoryUsedBytes },
  memory_bytes: { help: "Memory of the device", of: (load) => load.memoryBytes },
  celsius: { help: "Temperature of the device", of: (load) => load.celsius },
};

/** What the daemon can say of itself at any moment. */
export interface Gauges {
  readonly jobs: () => Readonly<Record<string, number>>;
  readonly workers: () => readonly WorkerInfo[];
  readonly clients: () => number;
  readonly droppedPreviews: () => number;
  readonly workerRestarts: () => number;
  readonly loopDelayP999Ms: () => number;
}

/** The daemon's numbers for Prometheus. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #iterations: Counter;
  readonly #evaluations: Counter;
  readonly #evaluationSeconds: Counter;
  /** Where the jobs at work stood when last heard of. */
  readonly #last = new Map<string, { evaluations: number; seconds: number }>();

  constructor(gauges: Gauges) {
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name: `atelier_${name}`,
        help,
        registers: [this.#registry],
        collect() {
          this.set(read());
        },
      });
    const jobs: Gauge = new Gauge({
      name: "atelier_jobs",
      help: "Jobs by state",
      labelNames: ["state"],
      registers: [this.#registry],
      collect: () => {
        for (const [state, count] of Object.entries(gauges.jobs())) jobs.set({ state }, count);
      },
    });
    for (const [name, { help, of }] of Object.entries(LOADS)) {
      const loads: Gauge = new Gauge({
        name: `atelier_device_${name}`,
        help: `${help}, while a worker works on it`,
        labelNames: ["worker"],
        registers: [this.#registry],
        collect: () => {
          loads.reset();
          for (const { id, load } of gauges.workers()) {
            const value = load === null ? null : of(load);
            if (value !== null) loads.set({ worker: id }, value);
          }
        },
      });
    }
    gauge("clients", "Connected clients", gauges.clients);
    gauge("previews_dropped", "Previews dropped for slow clients since the start", gauges.droppedPreviews);
    gauge("worker_restarts", "Restarts of workers since the start", gauges.workerRestarts);
    gauge("loop_delay_p999_seconds", "99.9th percentile of the event loop's delay", () =>
      Number((gauges.loopDelayP999Ms() / 1000).toFixed(6)),
    );
    gauge("resident_memory_bytes", "Memory of the daemon itself", () => process.memoryUsage.rss());
    gauge("load_average", "The machine's load over one minute", () => loadavg()[0] ?? 0);
    const counter = (name: string, help: string) =>
      new Counter({ name: `atelier_${name}`, help, registers: [this.#registry] });
    this.#iterations = counter("iterations_total", "Iterations of all jobs");
    this.#evaluations = counter("evaluations_total", "Evaluations of all jobs");
    this.#evaluationSeconds = counter("work_seconds_total", "Seconds spent on them");
  }

  note(event: DaemonEvent): void {
    if (event.event === "job") this.#noteJob(event.job);
    if (event.event !== "progress") return;
    const { id, progress, losses } = event;
    const last = this.#last.get(id);
    this.#iterations.inc(losses.length);
    if (last !== undefined) {
      this.#evaluations.inc(Math.max(0, progress.evaluations - last.evaluations));
      this.#evaluationSeconds.inc(Math.max(0, progress.seconds - last.seconds));
    }
    this.#last.set(id, { evaluations: progress.evaluations, seconds: progress.seconds });
  }

  /** A job that begins or goes on does so where it stands. */
  #noteJob({ id, status, progress }: Job): void {
    if (status.state !== "running") this.#last.delete(id);
    else if (!this.#last.has(id))
      this.#last.set(id, { evaluations: progress?.evaluations ?? 0, seconds: progress?.seconds ?? 0 });
  }

  async text(): Promise<string> {
    return await this.#registry.metrics();
  }
}
