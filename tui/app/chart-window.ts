import type { LossPoint } from "../../shared/jobs.ts";
import { type Range, xOfColumn } from "./chart.ts";

/** Which part of the iterations a chart shows, and where its cursor is. */
export interface ChartWindow {
  /** How often the range was halved. */
  readonly zoom: number;
  /** The last iteration that is shown; undefined follows the newest. */
  readonly end: number | undefined;
  /** Column of the cursor. */
  readonly cursor: number | undefined;
}

export const WHOLE: ChartWindow = { zoom: 0, end: undefined, cursor: undefined };
const MAX_ZOOM = 12;

export function rangeOf({ zoom, end }: ChartWindow, losses: readonly LossPoint[]): Range {
  const [first, last] = [losses[0]?.iteration ?? 0, losses.at(-1)?.iteration ?? 1];
  const width = (last - first) / 2 ** zoom;
  const to = Math.min(last, Math.max(first + width, end ?? last));
  return { from: to - width, to };
}

/** Half or twice as many iterations, in so many columns; the one under the cursor stays there. */
export function zoomBy(
  window: ChartWindow,
  by: 1 | -1,
  losses: readonly LossPoint[],
  columns: number,
): ChartWindow {
  const zoom = Math.min(MAX_ZOOM, Math.max(0, window.zoom + by));
  if (zoom === 0) return { ...window, zoom, end: undefined };
  if (window.cursor === undefined) return { ...window, zoom };
  const x = xOfColumn(window.cursor, rangeOf(window, losses), columns);
  const { from, to } = rangeOf({ zoom, end: undefined, cursor: undefined }, losses);
  const end = x + (to - from) * (1 - window.cursor / Math.max(1, columns - 1));
  return { ...window, zoom, end: end >= to ? undefined : end };
}

/** A quarter of what is shown to one side; at the newest iteration it follows again. */
export function pan(window: ChartWindow, by: 1 | -1, losses: readonly LossPoint[]): ChartWindow {
  const { from, to } = rangeOf(window, losses);
  const last = losses.at(-1)?.iteration ?? 0;
  const end = to + (by * (to - from)) / 4;
  return { ...window, end: end >= last ? undefined : end };
}

export function moveCursor(window: ChartWindow, by: number, columns: number): ChartWindow {
  const at = window.cursor ?? columns - 1;
  return { ...window, cursor: Math.min(columns - 1, Math.max(0, at + by)) };
}

/** The point nearest to an iteration, in iterations that only grow. */
export function nearest(losses: readonly LossPoint[], iteration: number): LossPoint | undefined {
  let [low, high] = [0, losses.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((losses[middle]?.iteration ?? 0) < iteration) low = middle + 1;
    else high = middle;
  }
  const [after, before] = [losses[low], losses[low - 1]];
  if (after === undefined || before === undefined) return after;
  return iteration - before.iteration < after.iteration - iteration ? before : after;
}
