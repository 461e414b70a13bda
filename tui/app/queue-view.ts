import type { Job } from "../../shared/jobs.ts";
import { JOB_STATES } from "../../shared/jobs.ts";
import { stateText, titleOf } from "../terminal/job-text.ts";

export const SORTS = ["queue", "newest", "state", "name"] as const;
export type Sort = (typeof SORTS)[number];

/** How the list of jobs is shown. */
export interface QueueView {
  readonly filter: string;
  readonly sort: Sort;
  readonly isGrouped: boolean;
}

/** Jobs that have every word of the filter somewhere, in the wanted order; `jobs` are in the queue's. */
export function viewJobs(jobs: readonly Job[], { filter, sort, isGrouped }: QueueView): Job[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const shown =
    words.length === 0 ? [...jobs] : jobs.filter((job) => words.every((word) => textOf(job).includes(word)));
  const sorted = shown.toSorted(ORDERS[sort]);
  return isGrouped ? sorted.toSorted((a, b) => a.group.localeCompare(b.group)) : sorted;
}

function textOf(job: Job): string {
  return `${job.id} ${titleOf(job.recipe)} ${job.group} ${stateText(job)} ${job.recipe.preset}`.toLowerCase();
}

const ORDERS: Readonly<Record<Sort, (a: Job, b: Job) => number>> = {
  queue: () => 0,
  newest: (a, b) => b.created - a.created,
  state: (a, b) => JOB_STATES.indexOf(a.status.state) - JOB_STATES.indexOf(b.status.state),
  name: (a, b) => titleOf(a.recipe).localeCompare(titleOf(b.recipe)),
};
