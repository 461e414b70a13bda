import { type Range, xOfColumn } from "./chart.ts";
import type { LossHistory } from "./loss-history.ts";

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

export function rangeOf({ zoom, end }: ChartWindow, losses: LossHistory): Range {
  const [first, last] = [losses.first?.iteration ?? 0, losses.last?.iteration ?? 1];
  const width = (last - first) / 2 ** zoom;
  const to = Math.min(last, Math.max(first + width, end ?? last));
  return { from: to - width, to };
}

/** Half or twice as many iterations, in so many columns; the one under the cursor stays there. */
export function zoomBy(window: ChartWindow, by: 1 | -1, losses: LossHistory, columns: number): ChartWindow {
  const zoom = Math.min(MAX_ZOOM, Math.max(0, window.zoom + by));
  if (zoom === 0) return { ...window, zoom, end: undefined };
  if (window.cursor === undefined) return { ...window, zoom };
  const x = xOfColumn(window.cursor, rangeOf(window, losses), columns);
  const { from, to } = rangeOf({ zoom, end: undefined, cursor: undefined }, losses);
  const end = x + (to - from) * (1 - window.cursor / Math.max(1, columns - 1));
  return { ...window, zoom, end: end >= to ? undefined : end };
}

/** A quarter of what is shown to one side; at the newest iteration it follows again. */
export function pan(window: ChartWindow, by: 1 | -1, losses: LossHistory): ChartWindow {
  const { from, to } = rangeOf(window, losses);
  const last = losses.last?.iteration ?? 0;
  const end = to + (by * (to - from)) / 4;
  return { ...window, end: end >= last ? undefined : end };
}

export function moveCursor(window: ChartWindow, by: number, columns: number): ChartWindow {
  const at = window.cursor ?? columns - 1;
  return { ...window, cursor: Math.min(columns - 1, Math.max(0, at + by)) };
}
