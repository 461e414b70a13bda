import type { Job } from "../../shared/jobs.ts";
import type { WorkerInfo } from "../../shared/requests.ts";
import type { JobDetail } from "./job-detail.ts";

export type Link =
  | { readonly state: "connecting" }
  | {
      readonly state: "open";
      readonly version: string;
      /** `overdue` while the daemon owes an answer. */
      readonly latencyMs: number | "overdue" | undefined;
    }
  | {
      readonly state: "lost";
      readonly reason: string;
      readonly isRetried: boolean;
      readonly wasOpen: boolean;
    };

/** All of the daemon that screens read; replaced as a whole, never changed. */
export interface MirrorState {
  readonly link: Link;
  readonly paused: boolean;
  readonly workers: readonly WorkerInfo[];
  /** In the queue's order, then finished ones, newest first. */
  readonly jobs: readonly Job[];
  /** Of the jobs that are followed. */
  readonly details: ReadonlyMap<string, JobDetail>;
}

export const NOTHING_KNOWN: MirrorState = {
  link: { state: "connecting" },
  paused: false,
  workers: [],
  jobs: [],
  details: new Map(),
};

export function withWorker(workers: readonly WorkerInfo[], changed: WorkerInfo): WorkerInfo[] {
  return workers.some(({ id }) => id === changed.id)
    ? workers.map((one) => (one.id === changed.id ? changed : one))
    : [...workers, changed];
}
