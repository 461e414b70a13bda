import { writeFileSync } from "node:fs";
import { constants, setPriority } from "node:os";

const NICE = constants.priority.PRIORITY_BELOW_NORMAL;

/**
 * Those who compute on the processor give way to whoever waits for an answer; alone they are as fast. Threads take
 * it over from the one that starts them, so it is set before there are others. Linux weighs sessions against each
 * other first, where its autogroups are on (man 7 sched): the process must have one of its own, for interfaces in
 * other sessions to come first as well.
 */
export function giveWay(pid: number | undefined): void {
  if (pid === undefined) return;
  quietly(() => setPriority(pid, NICE));
  if (process.platform === "linux") quietly(() => writeFileSync(`/proc/${pid}/autogroup`, String(NICE)));
}

/** It may have ended, which is told of elsewhere, or the system may not let us: then it is as before. */
function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // As said above.
  }
}
