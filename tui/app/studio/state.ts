import type { ControlValues } from "../../../shared/controls.ts";
import type { Job } from "../../../shared/jobs.ts";
import { type ChartWindow, WHOLE } from "../chart-window.ts";
import { type JobDetail, NO_DETAIL } from "../job-detail.ts";
import type { Action } from "../keys.ts";
import type { PaneName } from "../layout.ts";
import { EMPTY_LINE, type Line } from "../line-edit.ts";
import { filtered, type QueueView, type Sort, viewJobs } from "../queue-view.ts";
import type { Shell } from "../shell.ts";
import type { LiveState } from "../use-live-state.ts";

/** What the studio shows of the mirror; it outlasts visits to other screens. */
export interface StudioState {
  readonly pane: PaneName;
  /** What the pane is about has the whole screen. */
  readonly isFull: boolean;
  /** The job whose content is shown in the place of its picture. */
  readonly flipped: string | undefined;
  readonly filter: Line;
  readonly isFiltering: boolean;
  readonly sort: Sort;
  readonly isGrouped: boolean;
  readonly marked: ReadonlySet<string>;
  /** Which term, counted as they are listed; all of them at once. */
  readonly term: number;
  readonly hasAllTerms: boolean;
  readonly window: ChartWindow;
  readonly control: number;
  /** Changes of controls that are not made yet, by job; of those that have some. */
  readonly pending: Readonly<Record<string, ControlValues>>;
  /** A value that is being typed, and for which control of which job: it is no other's. */
  readonly typed: { readonly job: string; readonly control: string; readonly line: Line } | undefined;
  readonly isLive: boolean;
  /** Jobs whose changes are on their way to the daemon, and whether more are to follow at once. */
  readonly sending: ReadonlyMap<string, boolean>;
}

export function initialStudio(isLive: boolean): StudioState {
  return {
    pane: "queue",
    isFull: false,
    flipped: undefined,
    filter: EMPTY_LINE,
    isFiltering: false,
    sort: "queue",
    isGrouped: false,
    marked: new Set(),
    term: 0,
    hasAllTerms: false,
    window: WHOLE,
    control: 0,
    pending: {},
    typed: undefined,
    isLive,
    sending: new Map(),
  };
}

/** What a key of a pane needs. Everything is read when the key comes, not when the screen was drawn. */
export interface StudioContext {
  readonly shell: Shell;
  readonly studio: LiveState<StudioState>;
}

export type Handlers = Partial<Record<Action, () => void>>;

/** No changes: the one value of that. */
export const NONE: ControlValues = {};

export function pendingOf({ pending }: StudioState, job: string | undefined): ControlValues {
  return (job === undefined ? undefined : pending[job]) ?? NONE;
}

export function withPending(
  { pending }: StudioState,
  job: string,
  changes: ControlValues,
): StudioState["pending"] {
  const { [job]: _before, ...others } = pending;
  return Object.keys(changes).length === 0 ? others : { ...others, [job]: changes };
}

/** In words, where there are any: they are lost with the interface. */
export function unmadeChanges({ pending }: StudioState): string | undefined {
  const count = Object.values(pending).flatMap(Object.keys).length;
  if (count === 0) return undefined;
  return count === 1 ? "a change not made yet" : `${count} changes not made yet`;
}

export function viewOf({ filter, sort, isGrouped }: StudioState): QueueView {
  return { filter: filter.text, sort, isGrouped };
}

export function shownJobs({ shell, studio }: StudioContext): Job[] {
  return viewJobs(shell.mirror.snapshot().jobs, viewOf(studio.current));
}

/** Of the jobs that are shown, in the queue's order. */
export function markedJobs({ shell, studio }: StudioContext): Job[] {
  const { marked, filter } = studio.current;
  const jobs = shell.mirror.snapshot().jobs.filter(({ id }) => marked.has(id));
  return [...filtered(jobs, filter.text)];
}

export function chosenJob({ shell }: StudioContext): Job | undefined {
  const id = shell.selection();
  return shell.mirror.snapshot().jobs.find((job) => job.id === id);
}

export function chosenDetail({ shell }: StudioContext): JobDetail {
  return shell.mirror.snapshot().details.get(shell.selection() ?? "") ?? NO_DETAIL;
}
