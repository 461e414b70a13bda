import type { Area } from "../terminal/picture-layer.ts";

const TITLE_ROWS = 1;
const LEAST_PANE_ROWS = 8;

/** A screen's rows: pictures above, to which nothing else may be written, and panes below. */
export interface Bands {
  readonly pictureRows: number;
  readonly paneRows: number;
}

/** `share` of the rows for pictures, where panes keep enough; none where the terminal shows no pictures. */
export function bandsOf(rows: number, share: number, hasPictures: boolean): Bands {
  const room = Math.min(Math.floor(rows * share), rows - LEAST_PANE_ROWS);
  const pictureRows = hasPictures ? Math.max(0, room) : 0;
  return { pictureRows, paneRows: rows - pictureRows };
}

/** Places beside each other across the picture band, as wide as their shares; named as the pictures in them. */
export function pictureAreas(
  columns: number,
  pictureRows: number,
  shares: readonly (readonly [name: string, share: number])[],
  top = TITLE_ROWS,
): Map<string, Area> {
  const areas = new Map<string, Area>();
  if (pictureRows === 0) return areas;
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  let left = 0;
  let sum = 0;
  for (const [name, share] of shares) {
    sum += share;
    const right = Math.round((columns * sum) / total);
    areas.set(name, { left, top, columns: right - left, rows: pictureRows });
    left = right;
  }
  return areas;
}

/** Columns of the studio's panes. */
export interface StudioColumns {
  readonly queue: number;
  readonly chart: number;
  readonly controls: number;
  /** Losses and controls side by side; else the one that has the focus. */
  readonly isWide: boolean;
}

export function studioColumns(columns: number): StudioColumns {
  const isWide = columns >= 110;
  const queue = Math.min(60, Math.max(26, Math.floor(columns * 0.38)));
  const rest = columns - queue;
  const controls = isWide ? Math.min(64, Math.floor(rest * 0.5)) : rest;
  return { queue, chart: isWide ? rest - controls : rest, controls, isWide };
}
