/** How much the newest iteration counts: line searches differ in length, so about ten of them make the average. */
const NEWEST = 0.1;

/** A single one that took long, as for a checkpoint on a slow disk, says little; of the first few nobody knows that. */
const LONGEST = 3;
const FIRST = 3;

/** How fast iterations are lately, in a stage at work: of other sizes, or on a machine less busy, they took other times. */
export class Pace {
  #stage: number | undefined;
  #before = 0;
  #iterations = 0;
  #average = 0;

  /** Seconds per iteration, after one that ended at `seconds`; undefined after a stage's first, which opens it. */
  after(stage: number, seconds: number): number | undefined {
    const took = seconds - this.#before;
    this.#before = seconds;
    if (stage !== this.#stage) {
      this.#stage = stage;
      this.#iterations = 0;
      return undefined;
    }
    this.#iterations++;
    const counted = this.#iterations > FIRST ? Math.min(took, LONGEST * this.#average) : took;
    this.#average += Math.max(NEWEST, 1 / this.#iterations) * (counted - this.#average);
    return this.#average;
  }
}
