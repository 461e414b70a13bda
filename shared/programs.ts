import { join } from "node:path";

/**
 * What runs as a process or a thread of its own: the name that it is built under, and its source from the project's
 * root.
 */
export const PROGRAMS = {
  atelier: "tui/start",
  daemon: "daemon/main",
  worker: "daemon/worker/main",
  heartbeat: "daemon/worker/heartbeat",
  "device-trial": "daemon/devices/trial-process",
  "tensorflow-probe": "daemon/setup/tensorflow/probe",
  "picture-thread": "tui/terminal/pictures/worker-thread",
  "check-gpu": "test/bench/gpu/main",
} as const;

/** The file of a program: built where we are, else its source. */
export function programFile(name: keyof typeof PROGRAMS): string {
  return import.meta.filename.endsWith(".ts")
    ? join(import.meta.dirname, "..", `${PROGRAMS[name]}.ts`)
    : join(import.meta.dirname, `${name}.js`);
}
