import { writeSync } from "node:fs";
import { Worker, workerData } from "node:worker_threads";
import { programFile } from "../../shared/programs.ts";

/** The worker process's end of the pipe that the daemon listens on. */
export const HEARTBEAT_FD = 4;
const HEARTBEAT_MS = 1000;
/** Tells the thread that is to beat from any other that loads this file. */
const MARK = "atelier heartbeat";

/**
 * Beats on a thread of its own, as an evaluation holds up the main one for as long as it takes. It also
 * notices a daemon that is gone, and then ends the process at once: its job belongs to the next daemon.
 */
export function startHeartbeat(): void {
  new Worker(programFile("heartbeat"), { workerData: MARK }).unref();
}

function beat(): void {
  try {
    writeSync(HEARTBEAT_FD, ".");
  } catch {
    process.kill(process.pid, "SIGKILL");
  }
}

if (workerData === MARK) setInterval(beat, HEARTBEAT_MS);
