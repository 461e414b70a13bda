/** How many measurements count: the quickest is the link's own delay, anything above it somebody's other work. */
const KEPT = 6;

/** The delay of a link from measurements, so that a steady link is a steady number. */
export class Latency {
  #measured: number[] = [];

  /** Takes a measurement and answers what to show, in milliseconds. */
  with(ms: number): number {
    this.#measured = [...this.#measured.slice(1 - KEPT), ms];
    return roundLatency(Math.min(...this.#measured));
  }
}

/** Milliseconds in steps that people tell apart, so that a steady link is a steady number on the screen. */
function roundLatency(ms: number): number {
  return [5, 10, 20, 50, 100, 200, 500, 1000, 2000].find((step) => ms <= step) ?? 5000;
}
