/** So many times a second and no more; who is late once is not late for good, as the next is due when it was anyway. */
export class Cadence {
  #dueAt = Number.NEGATIVE_INFINITY;

  /** Whether it is time, or nearly so by a share of the interval; then the next is due an interval later. */
  take(now: number, everyMs: number, slack = 0): boolean {
    if (now < this.#dueAt - slack * everyMs) return false;
    this.#dueAt = now - this.#dueAt < everyMs ? this.#dueAt + everyMs : now + everyMs;
    return true;
  }
}
