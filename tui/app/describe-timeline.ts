import type { TimelineEntry } from "../../shared/controls.ts";
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
  return timeline.map((entry) => {
    const changes = Object.entries(entry.changes).map(([name, value]) => `${name} = ${formatNumber(value)}`);
    return {
      text: `${String(entry.iteration).padStart(6)}  ${changes.length === 0 ? "began afresh" : changes.join(", ")}`,
      isAhead: iteration !== undefined && entry.iteration > iteration,
    };
  });
}
