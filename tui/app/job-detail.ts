import { type TimelineEntry, withChange } from "../../shared/controls.ts";
import type { CheckpointInfo } from "../../shared/jobs.ts";
import { LossHistory } from "./loss-history.ts";

/** What is known of a job that is followed, beyond the job itself. */
export interface JobDetail {
  readonly losses: LossHistory;
  readonly timeline: readonly TimelineEntry[];
  /** What an undo takes back. */
  readonly lastChange: TimelineEntry | null;
  readonly checkpoints: readonly CheckpointInfo[];
}

export const NO_DETAIL: JobDetail = {
  losses: LossHistory.EMPTY,
  timeline: [],
  lastChange: null,
  checkpoints: [],
};

/** What is said in the place of what only a daemon could tell. */
export const NOT_KNOWN = "not known without the daemon";

/** With a change of controls that was made now. */
export function withNewChange(
  detail: JobDetail,
  change: TimelineEntry,
  lastChange: TimelineEntry,
): JobDetail {
  return { ...detail, timeline: withChange(detail.timeline, change), lastChange };
}
