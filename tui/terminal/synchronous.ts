import { readSync, writeSync } from "node:fs";
import { codeOf } from "../../shared/errors.ts";

const PAUSE_MS = 5;

/**
 * Writes to a terminal for as long as it takes, at most `patienceMs`: for a process that ends and waits for
 * nothing else. A terminal that is gone needs nothing.
 */
export function writeNow(fd: number, text: string, patienceMs: number): void {
  let rest = Buffer.from(text);
  const deadline = performance.now() + patienceMs;
  while (rest.length > 0 && performance.now() < deadline) {
    const count = retried(() => writeSync(fd, rest));
    if (count === "gone") return;
    rest = rest.subarray(count);
  }
}

/** Reads from a terminal and hands over what comes, until `isEnough` or for `patienceMs`. */
export function readNow(
  fd: number,
  take: (chunk: Buffer) => void,
  isEnough: () => boolean,
  patienceMs: number,
): void {
  const buffer = Buffer.alloc(4096);
  const deadline = performance.now() + patienceMs;
  while (!isEnough() && performance.now() < deadline) {
    const count = retried(() => readSync(fd, buffer) || "gone");
    if (count === "gone") return;
    if (count > 0) take(Buffer.from(buffer.subarray(0, count)));
  }
}

/** Where the terminal is not ready yet, 0 after a moment. */
function retried(work: () => number | "gone"): number | "gone" {
  try {
    return work();
  } catch (error) {
    if (codeOf(error) !== "EAGAIN") return "gone";
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    return 0;
  }
}
