import type { TimelineEntry } from "../../shared/controls.ts";
import type { CheckpointInfo, LossPoint } from "../../shared/jobs.ts";

/** The most points of a chart that are kept as more come; beyond it every other one is left out. */
const MAX_POINTS = 20_000;

/** What is known of a job that is followed, beyond the job itself. */
export interface JobDetail {
  readonly losses: readonly LossPoint[];
  readonly timeline: readonly TimelineEntry[];
  /** What an undo takes back. */
  readonly lastChange: TimelineEntry | null;
  readonly checkpoints: readonly CheckpointInfo[];
}

export const NO_DETAIL: JobDetail = { losses: [], timeline: [], lastChange: null, checkpoints: [] };

/** With the losses of later iterations. A worker that died repeats some; they are the same. */
export function withLosses(detail: JobDetail, points: readonly LossPoint[]): JobDetail {
  const last = detail.losses.at(-1)?.iteration ?? 0;
  const added = points.filter(({ iteration }) => iteration > last);
  if (added.length === 0) return detail;
  const losses = [...detail.losses, ...added];
  return {
    ...detail,
    losses: losses.length > MAX_POINTS ? losses.filter((_, i) => i % 2 === 1) : losses,
  };
}

/** With a change of controls. */
export function withChange(detail: JobDetail, entry: TimelineEntry): JobDetail {
  return { ...detail, timeline: [...detail.timeline, entry], lastChange: entry };
}

/** Names of what a loss consists of, the total first. */
export function seriesOf({ losses }: JobDetail): string[] {
  return ["total", ...Object.keys(losses.at(-1)?.terms ?? {})];
}

export function valueOf(point: LossPoint, term: string): number {
  return term === "total" ? point.total : (point.terms[term] ?? Number.NaN);
}
