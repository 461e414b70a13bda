import { byPlace, isFinished, JOB_STATES, type Job } from "../../shared/jobs.ts";
import { stateText, titleOf } from "../terminal/job-text.ts";

export const SORTS = ["queue", "newest", "state", "name"] as const;
export type Sort = (typeof SORTS)[number];

/** How the list of jobs is shown. */
export interface QueueView {
  readonly filter: string;
  readonly sort: Sort;
  readonly isGrouped: boolean;
}

/** The queue in its order, then what has ended, the newest first. */
export function inListOrder(jobs: Iterable<Job>): Job[] {
  const all = [...jobs];
  const endOf = ({ status }: Job) => ("at" in status ? status.at : 0);
  return [
    ...all.filter((job) => !isFinished(job)).toSorted(byPlace),
    ...all.filter(isFinished).toSorted((a, b) => endOf(b) - endOf(a)),
  ];
}

/** Jobs that have every word of the filter somewhere, in the wanted order; `jobs` are in the queue's. */
export function viewJobs(jobs: readonly Job[], { filter, sort, isGrouped }: QueueView): Job[] {
  const sorted = filtered(jobs, filter).toSorted(ORDERS[sort]);
  return isGrouped ? sorted.toSorted((a, b) => a.group.localeCompare(b.group)) : sorted;
}

/** Those that have every word of the filter, in their order. */
export function filtered(jobs: readonly Job[], filter: string): readonly Job[] {
  const words = foldedText(filter).split(/\s+/).filter(Boolean);
  return words.length === 0 ? jobs : jobs.filter((job) => words.every((word) => textOf(job).includes(word)));
}

/**
 * The job that was chosen while it is shown; once it is removed, one that stood beside it in the order `before`; else
 * what runs, or the first, and of a filter's jobs the first.
 */
export function selectionOf(
  jobs: readonly Job[],
  view: QueueView,
  chosen: string | undefined,
  before: readonly string[] = [],
): string | undefined {
  const wanted = jobs.find(({ id }) => id === chosen);
  if (wanted !== undefined && filtered([wanted], view.filter).length > 0) return chosen;
  if (wanted === undefined && chosen !== undefined) {
    const at = before.indexOf(chosen);
    const shown = new Set(filtered(jobs, view.filter).map(({ id }) => id));
    const beside = [...before.slice(at + 1), ...before.slice(0, Math.max(0, at)).toReversed()];
    const neighbour = at < 0 ? undefined : beside.find((id) => shown.has(id));
    if (neighbour !== undefined) return neighbour;
  }
  if (view.filter.trim() !== "") return viewJobs(jobs, view)[0]?.id;
  return (jobs.find(({ status }) => status.state === "running") ?? jobs[0])?.id;
}

function textOf(job: Job): string {
  return foldedText(`${job.id} ${titleOf(job.recipe)} ${job.group} ${stateText(job)} ${job.recipe.preset}`);
}

/** However letters with accents are put together, as names of files may have them in parts. */
function foldedText(text: string): string {
  return text.normalize().toLowerCase();
}

const ORDERS: Readonly<Record<Sort, (a: Job, b: Job) => number>> = {
  queue: () => 0,
  newest: (a, b) => b.created - a.created,
  state: (a, b) => JOB_STATES.indexOf(a.status.state) - JOB_STATES.indexOf(b.status.state),
  name: (a, b) => titleOf(a.recipe).localeCompare(titleOf(b.recipe)),
};
