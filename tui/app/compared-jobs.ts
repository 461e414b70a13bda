import type { Job } from "../../shared/jobs.ts";
import { type JobDetail, NO_DETAIL } from "./job-detail.ts";
import { seriesLetter } from "./legend.ts";
import type { MirrorState } from "./mirror-state.ts";
import { differencesOf } from "./recipe-differences.ts";
import { flowItems } from "./wrap-lines.ts";

/** A job beside others. Letter and colour are its own for good, whatever becomes of the others. */
export interface ComparedJob {
  readonly id: string;
  readonly letter: string;
  readonly colour: string;
  /** Undefined once it is removed. */
  readonly job: Job | undefined;
  readonly detail: JobDetail;
}

export function comparedJobs(
  ids: readonly string[],
  { jobs, details }: Pick<MirrorState, "jobs" | "details">,
  colours: readonly string[],
): ComparedJob[] {
  return ids.map((id, i) => ({
    id,
    letter: seriesLetter(i),
    colour: colours[i % colours.length] ?? "",
    job: jobs.find((job) => job.id === id),
    detail: details.get(id) ?? NO_DETAIL,
  }));
}

/** A name, or a job's value with its letter. */
export interface DifferenceItem {
  readonly text: string;
  readonly colour: string | undefined;
}

const INDENT = 2;

/** What the recipes differ in, in rows of so many columns; what belongs to the row above is indented. */
export function differenceRows(compared: readonly ComparedJob[], columns: number): DifferenceItem[][] {
  const present = compared.flatMap(({ job, ...rest }) => (job === undefined ? [] : [{ ...rest, job }]));
  const differences = differencesOf(present.map(({ job, detail }) => ({ job, timeline: detail.timeline })));
  return differences.flatMap(({ name, values }) => {
    const items = present.map(({ letter, colour }, i) => ({ text: `${letter} ${values[i]}`, colour }));
    const rows = flowItems([{ text: `${name}:`, colour: undefined }, ...items], columns - INDENT, INDENT);
    return rows.map((row, i) => (i === 0 ? row : [{ text: "", colour: undefined }, ...row]));
  });
}
