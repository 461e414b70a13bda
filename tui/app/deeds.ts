import { resolve } from "node:path";
import type { ControlValues } from "../../shared/controls.ts";
import type { Job } from "../../shared/jobs.ts";
import type { Connection } from "../client/connection.ts";
import { exportJob } from "../client/export-job.ts";
import { startDaemon } from "../client/start-daemon.ts";

/** What can be done to several jobs, one after the other, and how it is told of. */
const JOB_DEEDS = {
  pause: async (daemon, job) => {
    const isHalted = job.status.state === "paused" || (job.status.state === "queued" && job.status.held);
    await daemon.request(isHalted ? "resume" : "pause", { job: job.id });
    return isHalted ? "goes on" : "is paused";
  },
  branch: async (daemon, job) => {
    const { branchedFrom } = await daemon.request("branch", {
      job: job.id,
      iteration: null,
      changes: {},
      out: null,
    });
    return `branched at iteration ${branchedFrom?.iteration ?? 0}`;
  },
  export: async (daemon, job) =>
    `wrote ${(await exportJob(daemon, job.id, null, resolve(`${job.id}.png`))).picture}`,
  undo: async (daemon, job) => {
    const { progress } = await daemon.request("undo", { job: job.id });
    return `back at iteration ${progress?.iteration ?? 0}`;
  },
  retry: async (daemon, job) => {
    await daemon.request("retry", { job: job.id });
    return "is queued again";
  },
  cancel: async (daemon, job) => {
    await daemon.request("cancel", { job: job.id });
    return "is cancelled";
  },
  remove: async (daemon, job) => {
    await daemon.request("remove", { job: job.id });
    return "is removed";
  },
  moveUp: move("up", "moved up"),
  moveDown: move("down", "moved down"),
  moveTop: move("top", "moved to the top"),
  moveBottom: move("bottom", "moved to the bottom"),
  raise: prioritise(1),
  lower: prioritise(-1),
} as const satisfies Record<string, (daemon: Connection, job: Job) => Promise<string>>;

export type JobDeed = keyof typeof JOB_DEEDS;

/** What a key asks the daemon to do. */
export type Deed =
  | { readonly kind: "pauseQueue" | "resumeQueue" | "startDaemon" }
  | { readonly kind: "set"; readonly job: Job; readonly changes: ControlValues }
  | { readonly kind: "branchAt" | "exportAt"; readonly job: Job; readonly iteration: number }
  | { readonly kind: JobDeed; readonly jobs: readonly Job[] };

function move(to: "top" | "up" | "down" | "bottom", done: string) {
  return async (daemon: Connection, job: Job): Promise<string> => {
    await daemon.request("move", { job: job.id, to });
    return done;
  };
}

function prioritise(by: 1 | -1) {
  return async (daemon: Connection, job: Job): Promise<string> => {
    const { priority } = await daemon.request("prioritise", { job: job.id, priority: job.priority + by });
    return `has priority ${priority}`;
  };
}

/** Does it; resolves with what happened, in words. */
export async function doDeed(daemon: Connection, deed: Deed): Promise<string> {
  switch (deed.kind) {
    case "startDaemon":
      return `the daemon is up (process ${await startDaemon([])})`;
    case "pauseQueue":
      await daemon.request("pause", { job: null });
      return "the queue is paused";
    case "resumeQueue":
      await daemon.request("resume", { job: null });
      return "the queue goes on";
    case "set": {
      const { iteration } = await daemon.request("set", { job: deed.job.id, changes: { ...deed.changes } });
      return `changed after iteration ${iteration}`;
    }
    case "branchAt": {
      const { job, iteration } = deed;
      const { id } = await daemon.request("branch", { job: job.id, iteration, changes: {}, out: null });
      return `${id} branched at iteration ${iteration}`;
    }
    case "exportAt": {
      const file = resolve(`${deed.job.id}-${deed.iteration}.png`);
      return `wrote ${(await exportJob(daemon, deed.job.id, deed.iteration, file)).picture}`;
    }
    default:
      return await doToJobs(daemon, deed.kind, deed.jobs);
  }
}

/** From the bottom up where the order would turn otherwise. */
const FROM_BOTTOM: readonly JobDeed[] = ["moveDown", "moveTop"];

async function doToJobs(daemon: Connection, kind: JobDeed, jobs: readonly Job[]): Promise<string> {
  let told = "";
  for (const job of FROM_BOTTOM.includes(kind) ? jobs.toReversed() : jobs)
    told = `${job.id} ${await JOB_DEEDS[kind](daemon, job)}`;
  return jobs.length > 1 ? `${jobs.length} jobs; ${told}` : told;
}
