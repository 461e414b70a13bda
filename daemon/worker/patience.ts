import { Deadline } from "./deadline.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

/** What opening a device and reading the weights may take. */
const OPENING_SECONDS = 600;
/** What an iteration may take before others were seen: far more than it takes anywhere. */
const BASE_SECONDS = 120;
const SECONDS_PER_MEGAPIXEL = 600;
/** No iteration takes so many times as long as the slowest before it, unless the picture is larger. */
const TIMES_THE_SLOWEST = 20;
const ENDS: readonly FromWorker["type"][] = ["ready", "unavailable", "stopped", "done", "failed"];
/** Timers know no longer waits. */
const LONGEST_SECONDS = 2e6;

/**
 * Notices work that no longer gets anywhere although its process is alive: the heart beats on a thread of
 * its own, so a device that never answers does not stop it.
 */
export class Patience {
  readonly #limitSeconds: number | undefined;
  readonly #deadline: Deadline;
  #seconds = 0;
  #allowed = OPENING_SECONDS;
  #isLearning = false;
  #since = 0;
  #slowest = 0;

  /** `limitSeconds`: what an iteration may take; by the picture's size and the iterations so far when undefined. */
  constructor(limitSeconds: number | undefined, onStuck: (seconds: number) => void) {
    this.#limitSeconds = limitSeconds;
    this.#deadline = new Deadline(() => onStuck(this.#seconds));
    this.#wait();
  }

  told(message: ToWorker): void {
    if (message.type !== "start") return;
    const megapixels = message.assignment.recipe.schedule.size ** 2 / 1e6;
    this.#allowed = this.#limitSeconds ?? BASE_SECONDS + SECONDS_PER_MEGAPIXEL * megapixels;
    this.#isLearning = this.#limitSeconds === undefined;
    this.#slowest = 0;
    this.#wait();
  }

  heard({ type }: FromWorker): void {
    if (type === "progress") {
      const seconds = (performance.now() - this.#since) / 1000;
      if (this.#isLearning) this.#slowest = Math.max(this.#slowest, seconds);
      this.#wait();
    } else if (ENDS.includes(type)) this.end();
  }

  /** Nothing is waited for until the next job. */
  end(): void {
    this.#deadline.clear();
  }

  #wait(): void {
    this.#since = performance.now();
    const wanted = Math.max(this.#allowed, TIMES_THE_SLOWEST * this.#slowest);
    this.#seconds = Math.min(wanted, LONGEST_SECONDS);
    this.#deadline.set(1000 * this.#seconds);
  }
}
