import { resolve } from "node:path";
import type { ControlValues } from "../../shared/controls.ts";
import type { Job } from "../../shared/jobs.ts";
import type { Connection } from "../client/connection.ts";
import { exportJob } from "../client/export-job.ts";
import { startDaemon } from "../client/start-daemon.ts";

/** What a key asks the daemon to do. */
export type Deed =
  | { readonly kind: "pauseQueue" | "resumeQueue" | "startDaemon" }
  | { readonly kind: "set"; readonly job: Job; readonly changes: ControlValues }
  | {
      readonly kind:
        | "undo"
        | "pause"
        | "branch"
        | "export"
        | "retry"
        | "cancel"
        | "remove"
        | "moveUp"
        | "moveDown";
      readonly job: Job;
    };

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
    case "undo": {
      const { progress } = await daemon.request("undo", { job: deed.job.id });
      return `back at iteration ${progress?.iteration ?? 0}`;
    }
    case "pause": {
      const { status, id } = deed.job;
      const isHalted = status.state === "paused" || (status.state === "queued" && status.held);
      await daemon.request(isHalted ? "resume" : "pause", { job: id });
      return isHalted ? `${id} goes on` : `${id} is paused`;
    }
    case "branch": {
      const { id, branchedFrom } = await daemon.request("branch", {
        job: deed.job.id,
        iteration: null,
        changes: {},
        out: null,
      });
      return `${id} branched at iteration ${branchedFrom?.iteration ?? 0}`;
    }
    case "export": {
      const { picture } = await exportJob(daemon, deed.job.id, null, resolve(`${deed.job.id}.png`));
      return `wrote ${picture}`;
    }
    case "retry":
      await daemon.request("retry", { job: deed.job.id });
      return `${deed.job.id} is queued again`;
    case "cancel":
      await daemon.request("cancel", { job: deed.job.id });
      return `${deed.job.id} is cancelled`;
    case "remove":
      await daemon.request("remove", { job: deed.job.id });
      return `${deed.job.id} is removed`;
    case "moveUp":
    case "moveDown":
      await daemon.request("move", { job: deed.job.id, to: deed.kind === "moveUp" ? "up" : "down" });
      return `${deed.job.id} moved ${deed.kind === "moveUp" ? "up" : "down"}`;
  }
}
