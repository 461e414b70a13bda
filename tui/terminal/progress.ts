import { createLogUpdate } from "log-update";
import stringWidth from "string-width";
import { paint, readable, say } from "./print.ts";

export interface ProgressLine {
  /** 0 to 1. */
  readonly fraction: number;
  readonly label: string;
  readonly details: readonly string[];
}

export interface ProgressDisplay {
  update(line: ProgressLine): void;
  /** Leaves the last state on the screen. */
  done(): void;
}

const BAR = { least: 8, most: 30 };
/** Seconds between plain lines where stderr is no terminal. */
const PLAIN_INTERVAL = 10;
/** Redraws per second on a terminal. */
const RATE = 10;

/** A bar that is redrawn in place on a terminal, and a plain line now and then elsewhere. */
export function createProgress(): ProgressDisplay {
  return process.stderr.isTTY && process.env["TERM"] !== "dumb" ? drawnProgress() : plainProgress();
}

function drawnProgress(): ProgressDisplay {
  const log = createLogUpdate(process.stderr, { showCursor: true });
  let last: ProgressLine | undefined;
  let drawnAt = 0;
  const draw = () => {
    if (last !== undefined) log(readable(fitLine(last, (process.stderr.columns || 80) - 1)));
    drawnAt = performance.now();
  };
  return {
    update(line) {
      last = line;
      if (performance.now() - drawnAt >= 1000 / RATE) draw();
    },
    done() {
      draw();
      log.done();
    },
  };
}

function plainProgress(): ProgressDisplay {
  let last: ProgressLine | undefined;
  let printedAt = performance.now();
  let isPrinted = true;
  const print = () => {
    if (last !== undefined && !isPrinted)
      say([percent(last.fraction), last.label, ...last.details].join("  "));
    isPrinted = true;
    printedAt = performance.now();
  };
  return {
    update(line) {
      last = line;
      isPrinted = false;
      if (performance.now() - printedAt >= PLAIN_INTERVAL * 1000) print();
    },
    done: print,
  };
}

/** As much of the line as the columns hold: details go first, then the bar. */
function fitLine({ fraction, label, details }: ProgressLine, columns: number): string {
  for (let count = details.length; count >= 0; count--) {
    const text = [percent(fraction), label, ...details.slice(0, count)].join("  ");
    const room = columns - stringWidth(text) - 1;
    if (room >= BAR.least) return `${bar(fraction, Math.min(room, BAR.most))} ${text}`;
  }
  return percent(fraction).slice(0, columns);
}

function bar(fraction: number, width: number): string {
  const filled = Math.round(Math.min(1, fraction) * width);
  return paint("cyan", "━".repeat(filled)) + paint("dim", "─".repeat(width - filled));
}

function percent(fraction: number): string {
  return `${String(Math.floor(Math.min(1, fraction) * 100)).padStart(3)} %`;
}
