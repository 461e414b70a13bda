import { type ChildProcess, fork } from "node:child_process";
import { type DeviceId, isGpu } from "../../shared/devices.ts";
import { programFile } from "../../shared/programs.ts";
import { Deadline } from "./deadline.ts";
import { giveWay } from "./give-way.ts";
import { HEARTBEAT_FD } from "./heartbeat.ts";
import { type FromWorker, fromWorkerSchema, type ToWorker } from "./messages.ts";
import { Patience } from "./patience.ts";

/** Wait before the first, second, … restart in a row without any work done in between. */
const BACK_OFF_MS = [0, 500, 1000, 2000, 5000, 10_000, 30_000] as const;
/** A device that does not work, or is not found, is tried again after ever longer, but at least so often. */
export const LONGEST_ASIDE_SECONDS = 15 * 60;

export interface SupervisorEvents {
  onMessage(message: FromWorker): void;
  /** The process is gone, for whatever reason; another one is on its way. */
  onGone(reason: string): void;
  /** The device does not work; it is tried again after so long. */
  onAside(reason: string, retrySeconds: number): void;
  /** What the process wrote to its standard error. */
  onOutput(text: string): void;
}

export interface SupervisorOptions {
  readonly device: DeviceId;
  readonly threads: number | undefined;
  readonly weights: string | undefined;
  /** A worker that says nothing for so long is taken to hang. */
  readonly silenceSeconds: number;
  /** What an iteration may take; by the size of the picture when undefined. */
  readonly iterationSeconds: number | undefined;
  /** A device that does not work is tried again after so long, then ever later. */
  readonly retrySeconds: number;
}

/** Keeps one worker process alive on its device. */
export class Supervisor {
  readonly #events: SupervisorEvents;
  readonly #options: SupervisorOptions;
  #child: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #watchdog: Deadline | undefined;
  #patience: Patience | undefined;
  #failuresInARow = 0;
  #timesAside = 0;
  #isClosing = false;
  restarts = 0;

  constructor(events: SupervisorEvents, options: SupervisorOptions) {
    this.#events = events;
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): void {
    const { device, threads, weights } = this.#options;
    const isOnProcessor = !isGpu(device);
    const child = fork(programFile("worker"), [], {
      // A session of its own, for the system to let it give way to all others. It ends with its daemon all the same.
      detached: isOnProcessor,
      serialization: "advanced",
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc", "pipe"],
      env: {
        ...process.env,
        ATELIER_DEVICE: JSON.stringify(device),
        ...(threads !== undefined && { ATELIER_THREADS: String(threads) }),
        ...(weights !== undefined && { ATELIER_WEIGHTS: weights }),
      },
    });
    this.#child = child;
    if (isOnProcessor) giveWay(child.pid);
    const patience = new Patience(this.#options.iterationSeconds, (seconds) =>
      this.#kill(child, `it hung: nothing came of its work for ${Math.round(seconds)} s`),
    );
    this.#patience = patience;
    const silenceMs = 1000 * this.#options.silenceSeconds;
    const watchdog = new Deadline(() => this.#kill(child, "it hung: no sign of life"));
    this.#watchdog = watchdog;
    let lastWords = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      lastWords = (lastWords + chunk.toString()).slice(-2000);
      this.#events.onOutput(chunk.toString());
    });
    // Written by a thread that beats also while the engine holds up the main one.
    child.stdio[HEARTBEAT_FD]?.on("data", () => watchdog.set(silenceMs));
    child.on("message", (message) => {
      const parsed = fromWorkerSchema.safeParse(message);
      if (!parsed.success) return this.#kill(child, "it answered nonsense");
      patience.heard(parsed.data);
      if (parsed.data.type === "unavailable") return this.#setAside(child, parsed.data.reason);
      if (parsed.data.type === "ready") this.#timesAside = 0;
      if (parsed.data.type === "progress") this.#failuresInARow = 0;
      this.#events.onMessage(parsed.data);
    });
    child.on("error", (error) => this.#gone(child, error.message));
    child.on("exit", (code, signal) =>
      this.#gone(child, describeExit(code, signal, lastWords.trim().split("\n")[0])),
    );
    watchdog.set(silenceMs);
  }

  send(message: ToWorker): void {
    this.#patience?.told(message);
    if (this.#child?.connected) this.#child.send(message, () => {});
  }

  /** Ends the process; none follows. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#restart);
    this.#watchdog?.clear();
    this.#patience?.end();
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      child.kill("SIGKILL");
    });
  }

  #kill(child: ChildProcess, reason: string): void {
    child.kill("SIGKILL");
    this.#gone(child, reason);
  }

  #gone(child: ChildProcess, reason: string): void {
    if (!this.#forget(child)) return;
    this.restarts++;
    const wait = BACK_OFF_MS[Math.min(this.#failuresInARow++, BACK_OFF_MS.length - 1)];
    this.#events.onGone(reason);
    this.#restart = setTimeout(() => this.start(), wait);
  }

  #setAside(child: ChildProcess, reason: string): void {
    child.kill("SIGKILL");
    if (!this.#forget(child)) return;
    const wait = Math.min(this.#options.retrySeconds * 2 ** this.#timesAside++, LONGEST_ASIDE_SECONDS);
    this.#events.onAside(reason, wait);
    this.#restart = setTimeout(() => this.start(), 1000 * wait);
  }

  /** Whether there is anything to be done about its end. */
  #forget(child: ChildProcess): boolean {
    if (this.#child !== child) return false;
    this.#child = undefined;
    this.#watchdog?.clear();
    this.#patience?.end();
    return !this.#isClosing;
  }
}

function describeExit(code: number | null, signal: string | null, lastWords: string | undefined): string {
  const how =
    signal === "SIGKILL"
      ? "it was killed (out of memory?)"
      : signal === null
        ? `it ended with code ${code}`
        : `it ended by ${signal}`;
  return lastWords ? `${how}: ${lastWords}` : how;
}
