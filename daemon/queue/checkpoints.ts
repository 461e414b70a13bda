import type { CheckpointRow, Store } from "./store.ts";

/**
 * The checkpoint that a job goes on from: only a whole one leads on to the same bits, or a picture that the timeline says
 * the optimiser began afresh from, after an undo or as a branch.
 */
export function resumePoint(store: Store, job: string): CheckpointRow | undefined {
  const rows = store.checkpoints(job);
  const whole = rows.findLast(({ state }) => state !== null);
  if (whole !== undefined || rows.length === 0) return whole;
  const begins = store.timelines.beginnings(job);
  return rows.findLast(({ iteration }) => begins.has(iteration));
}

/** The checkpoint that is missed least when there are too many: the one with the nearest neighbours. `kept` stays. */
export function thinnable(
  rows: readonly CheckpointRow[],
  most: number,
  kept: CheckpointRow | undefined,
): CheckpointRow | undefined {
  if (rows.length < most) return undefined;
  const gap = (i: number) => (rows[i + 1]?.iteration ?? 0) - (rows[i - 1]?.iteration ?? 0);
  const inner = rows.flatMap(({ iteration }, i) =>
    i === 0 || i === rows.length - 1 || iteration === kept?.iteration ? [] : [i],
  );
  const [first, ...others] = inner;
  if (first === undefined) return undefined;
  return rows[others.reduce((best, i) => (gap(i) < gap(best) ? i : best), first)];
}
