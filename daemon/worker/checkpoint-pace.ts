/** Unless one is wanted at every iteration, checkpoints take at most this share of the time, however slow the disk. */
const SHARE = 0.015;
/** However short a job is, so many moments of it can be gone back to, if their pictures take no more than that share. */
const MOMENTS = 10;

/** What a checkpoint holds: all that it takes to go on to the same bits, or the picture alone. */
export type CheckpointKind = "whole" | "picture";

/** When the next checkpoint of a job is due. */
export class CheckpointPace {
  readonly #wantedMs: number;
  readonly #iterations: number;
  #wholeAt = performance.now();
  #wholePauseMs: number;
  /** Of the last checkpoint of either kind. */
  #savedAt = this.#wholeAt;
  #picturePauseMs = 0;

  /** `seconds` are wanted between whole checkpoints, 0 for one at every iteration; `iterations` are those of all stages. */
  constructor(seconds: number, iterations: number) {
    this.#wantedMs = 1000 * seconds;
    this.#wholePauseMs = this.#wantedMs;
    this.#iterations = iterations;
  }

  dueAfter(iteration: number): CheckpointKind | undefined {
    const now = performance.now();
    if (now - this.#wholeAt >= this.#wholePauseMs) return "whole";
    const isMoment = iteration % Math.ceil(this.#iterations / MOMENTS) === 0;
    // The last iteration's picture is kept anyhow.
    if (!isMoment || iteration >= this.#iterations) return undefined;
    return now - this.#savedAt >= this.#picturePauseMs ? "picture" : undefined;
  }

  /** One was saved that took so long. */
  saved(kind: CheckpointKind, tookMs: number): void {
    this.#savedAt = performance.now();
    if (kind === "picture") this.#picturePauseMs = tookMs / SHARE;
    else {
      this.#wholeAt = this.#savedAt;
      this.#wholePauseMs = this.#wantedMs === 0 ? 0 : Math.max(this.#wantedMs, tookMs / SHARE);
    }
  }
}
