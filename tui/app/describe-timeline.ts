import type { ControlValues, TimelineEntry } from "../../shared/controls.ts";
import { formatNumber } from "../terminal/print.ts";

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
    text: `${String(entry.iteration).padStart(6)}  ${wordsFor(entry)}`,
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
    text: `${name} ${at + 1} of ${timeline.length}, after ${entry.iteration}: ${wordsFor(entry)}`,
    isAhead,
  };
}

function isAfter(entry: TimelineEntry, iteration: number | undefined): boolean {
  return iteration !== undefined && entry.iteration > iteration;
}

function wordsFor({ changes }: TimelineEntry): string {
  // Left by an undo or a branch, which go on from a picture alone.
  return describeChanges(changes) || "the optimiser began afresh";
}

/** `style = 2, tv = 0.001` */
export function describeChanges(changes: ControlValues): string {
  return Object.entries(changes)
    .map(([name, value]) => `${name} = ${formatNumber(value)}`)
    .join(", ");
}
