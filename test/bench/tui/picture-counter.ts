import type { BenchedTerminal } from "./benched-terminal.ts";

/** Pieces of one picture follow each other at once; pictures come half a second apart. */
const APART_MS = 200;

/** Counts the pictures that a terminal is sent, by the half-blocks in them. */
export class PictureCounter {
  count = 0;
  #last = Number.NEGATIVE_INFINITY;

  constructor(app: BenchedTerminal) {
    app.onOutput = (text) => {
      if (!text.includes("▄")) return;
      const now = performance.now();
      if (now - this.#last > APART_MS) this.count++;
      this.#last = now;
    };
  }

  reset(): void {
    this.count = 0;
  }
}
