import type { TimelineEntry } from "../../shared/controls.ts";
import { describeChanges } from "../terminal/job-text.ts";

export interface TimelineLine {
  readonly text: string;
  /** After the iteration that is looked at. */
  readonly isAhead: boolean;
}

/** The changes of a job in words, the first first. */
export function describeTimeline(
  timeline: readonly TimelineEntry[],
  iteration: number | undefined,
): TimelineLine[] {
  return timeline.map((entry) => ({
    text: `${String(entry.iteration).padStart(6)}  ${describeChanges(entry.changes)}`,
    isAhead: isAfter(entry, iteration),
  }));
}

/** Where there is room for one: the last change up to an iteration, or else the next. */
export function describeChangeAt(
  timeline: readonly TimelineEntry[],
  iteration: number | undefined,
): TimelineLine | undefined {
  const at = Math.max(
    0,
    timeline.findLastIndex((entry) => !isAfter(entry, iteration)),
  );
  const entry = timeline[at];
  if (entry === undefined) return undefined;
  const isAhead = isAfter(entry, iteration);
  const name = isAhead ? "next change" : "change";
  return {
    text: `${name} ${at + 1} of ${timeline.length}, after ${entry.iteration}: ${describeChanges(entry.changes)}`,
    isAhead,
  };
}

function isAfter(entry: TimelineEntry, iteration: number | undefined): boolean {
  return iteration !== undefined && entry.iteration > iteration;
}
