import type { ControlValues } from "../../shared/controls.ts";
import { UserError } from "../../shared/errors.ts";
import type { Job } from "../../shared/jobs.ts";
import { exportJob } from "../client/export-job.ts";
import { needLink } from "../client/need-link.ts";
import { startDaemon } from "../client/start-daemon.ts";
import { describeChanges } from "../terminal/job-text.ts";
import { formatBytes } from "../terminal/print.ts";
import { doToJobs, exportPathAt, type JobDeed, type OnBranch } from "./job-deeds.ts";
import type { Mirror } from "./mirror.ts";

/** What a key asks the daemon to do. */
export type Deed =
  | { readonly kind: "pauseQueue" | "resumeQueue" | "startDaemon" | "stopDaemon" }
  | { readonly kind: "prune"; readonly days: number }
  | { readonly kind: "undo"; readonly job: Job }
  | { readonly kind: "set" | "branchWith"; readonly job: Job; readonly changes: ControlValues }
  | { readonly kind: "branchAt" | "exportAt"; readonly job: Job; readonly iteration: number }
  | { readonly kind: JobDeed; readonly jobs: readonly Job[] };

/** What is said while one waits for that which takes longer than others. */
export const UNDERWAY: Partial<Record<Deed["kind"], string>> = {
  startDaemon: "the daemon is being started…",
  film: "the film is being made…",
};

/** Does it; resolves with what happened, in words. */
export async function doDeed({ daemon, snapshot }: Mirror, deed: Deed, onBranch: OnBranch): Promise<string> {
  if (deed.kind !== "startDaemon") needLink(daemon);
  switch (deed.kind) {
    case "startDaemon":
      if (!daemon.address.isLocal)
        throw new UserError("the daemon is elsewhere: start it there, with atelier up");
      return `the daemon is up (process ${await startDaemon([])})`;
    case "pauseQueue":
      await daemon.request("pause", { job: null });
      return "the queue is paused";
    case "resumeQueue":
      await daemon.request("resume", { job: null });
      return "the queue goes on";
    case "stopDaemon":
      await daemon.request("shutdown", {});
      return "the daemon ends; jobs go on when it comes up again";
    case "prune": {
      const { bytes } = await daemon.request("prune", { days: deed.days, jobs: false, remove: true });
      return `freed ${formatBytes(bytes)}`;
    }
    case "undo": {
      const { lastChange } = await daemon.request("show", { job: deed.job.id });
      const { id, progress } = await daemon.request("undo", { job: deed.job.id });
      const undone = lastChange === null ? "" : `, without ${describeChanges(lastChange.changes)}`;
      return `${id} back at iteration ${progress?.iteration ?? 0}${undone}`;
    }
    case "set": {
      const { iteration } = await daemon.request("set", { job: deed.job.id, changes: deed.changes });
      return `changed after iteration ${iteration}`;
    }
    case "branchWith": {
      const { job, changes } = deed;
      const from = { job: job.id, iteration: null, out: null };
      const branch = await daemon.request("branch", { ...from, changes });
      onBranch(job, branch);
      const told = `${branch.id} branched at iteration ${branch.branchedFrom?.iteration ?? 0}`;
      return Object.keys(changes).length === 0 ? told : `${told} with ${describeChanges(changes)}`;
    }
    case "branchAt": {
      const { job, iteration } = deed;
      const branch = await daemon.request("branch", { job: job.id, iteration, changes: {}, out: null });
      onBranch(job, branch);
      return `${branch.id} branched at iteration ${iteration}`;
    }
    case "exportAt": {
      const file = exportPathAt(deed.job, deed.iteration);
      return `wrote ${(await exportJob(daemon, deed.job.id, deed.iteration, file)).picture}`;
    }
    default: {
      // As they are by now: while a question waited for its answer, some may have ended.
      const now = new Map(snapshot().jobs.map((job) => [job.id, job]));
      return await doToJobs(
        daemon,
        deed.kind,
        deed.jobs.map((job) => now.get(job.id) ?? job),
        onBranch,
      );
    }
  }
}
