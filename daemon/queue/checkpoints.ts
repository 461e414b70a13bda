import type { CheckpointRow } from "./store.ts";

/**
 * The checkpoint that a job goes on from. Only a whole one leads on to the same bits; after an undo and at
 * the start of a branch there is none, and the newest picture is taken.
 */
export function resumePoint(rows: readonly CheckpointRow[]): CheckpointRow | undefined {
  return rows.findLast(({ state }) => state !== null) ?? rows.at(-1);
}

/** The checkpoint that is missed least when there are too many: the one with the nearest neighbours. */
export function thinnable(rows: readonly CheckpointRow[], most: number): CheckpointRow | undefined {
  if (rows.length < most) return undefined;
  const gap = (i: number) => (rows[i + 1]?.iteration ?? 0) - (rows[i - 1]?.iteration ?? 0);
  const inner = rows.flatMap((row, i) => (i === 0 || i === rows.length - 1 || row.state !== null ? [] : [i]));
  const [first, ...others] = inner;
  if (first === undefined) return undefined;
  return rows[others.reduce((best, i) => (gap(i) < gap(best) ? i : best), first)];
}
