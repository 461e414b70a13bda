import { useEffect, useRef } from "react";
import type { Job } from "../../shared/jobs.ts";
import { WHOLE } from "./chart-window.ts";
import { EMPTY_LINE } from "./line-edit.ts";
import type { Mirror } from "./mirror.ts";
import { filtered, selectionOf, viewJobs } from "./queue-view.ts";
import { type StudioState, viewOf } from "./studio/state.ts";
import { type LiveState, useLiveState } from "./use-live-state.ts";

/** Which job the studio shows, as it is drawn and as it is now, and what chooses another. */
export function useSelection(mirror: Mirror, studio: LiveState<StudioState>) {
  const chosen = useLiveState<{ readonly id: string | undefined }>({ id: undefined });
  const order = useRef<readonly string[]>([]);
  const { filter, sort, isGrouped } = studio.current;
  const { jobs } = mirror.snapshot();
  const selection = () =>
    selectionOf(mirror.snapshot().jobs, viewOf(studio.current), chosen.current.id, order.current);
  // Once there is one it stays, also when another begins to run; but a filter may be taken back while it is written.
  useEffect(() => {
    // As it is now: a key may have chosen another since this was drawn.
    const now = selection();
    // What a filter without a match hides is chosen again without it.
    if (now !== undefined && now !== chosen.current.id && !studio.current.isFiltering)
      chosen.update({ id: now });
  });
  // After that: whoever stood beside a job that is removed is known by the order with it.
  useEffect(() => {
    order.current = viewJobs(jobs, viewOf(studio.current)).map(({ id }) => id);
  }, [jobs, filter.text, sort, isGrouped]);
  /** A filter that hides it is dropped; a part of its losses was of another's. */
  const select = (id: string) => {
    if (id !== selection()) studio.update({ window: WHOLE });
    const job = mirror.snapshot().jobs.filter((one) => one.id === id);
    if (filtered(job, studio.current.filter.text).length === 0) studio.update({ filter: EMPTY_LINE });
    chosen.update({ id });
  };
  /**
   * The choice goes on with a branch, unless it fell on another job meanwhile, a value is being typed for this one, or a
   * filter hides the branch or is being written.
   */
  const followBranch = (from: Job, branch: Job) => {
    mirror.learn(branch);
    const now = studio.current;
    const isShown = !now.isFiltering && filtered([branch], now.filter.text).length > 0;
    if (isShown && selection() === from.id && now.typed?.job !== from.id) select(branch.id);
  };
  return { selected: selection(), selection, select, followBranch };
}
