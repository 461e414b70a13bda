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
): Map<string, Area> {
  const areas = new Map<string, Area>();
  if (pictureRows === 0) return areas;
  const total = shares.reduce((sum, [, share]) => sum + share, 0);
  let left = 0;
  let sum = 0;
  for (const [name, share] of shares) {
    sum += share;
    const right = Math.round((columns * sum) / total);
    areas.set(name, { left, top: TITLE_ROWS, columns: right - left, rows: pictureRows });
    left = right;
  }
  return areas;
}

/** Parts of the studio that may have the focus, as they lie from left to right. */
export const PANES = ["queue", "chart", "controls"] as const;
export type PaneName = (typeof PANES)[number];

/** The studio's rows, and the columns of its panes; what is not shown has none. */
export interface StudioLayout extends Bands {
  /** Below the pictures, which they name. */
  readonly captionRows: number;
  readonly columns: Readonly<Record<PaneName, number>>;
}

const [WIDE_COLUMNS, CAPTIONED_ROWS] = [110, 30];
/** With fewer there is room for one pane: two would say nothing. */
const LEAST_COLUMNS_FOR_TWO = 56;
/** With this many a control has its slider. */
const LEAST_CONTROLS = 40;

/** `isFull`: what the focus is about alone, which in the queue is the picture of the chosen job. */
export function studioLayout(
  { columns, rows, hasPictures }: { columns: number; rows: number; hasPictures: boolean },
  focus: PaneName,
  isFull: boolean,
): StudioLayout {
  const none = { queue: 0, chart: 0, controls: 0 };
  if (isFull && focus === "queue" && hasPictures)
    return { pictureRows: rows - 1, captionRows: 1, paneRows: 0, columns: none };
  if (isFull)
    return { pictureRows: 0, captionRows: 0, paneRows: rows, columns: { ...none, [focus]: columns } };
  const { pictureRows, paneRows } = bandsOf(rows, 0.5, hasPictures);
  const captionRows = pictureRows > 0 && rows >= CAPTIONED_ROWS ? 1 : 0;
  const queue = Math.min(60, Math.max(26, Math.floor(columns * 0.38)));
  return {
    pictureRows,
    captionRows,
    paneRows: paneRows - captionRows,
    columns:
      columns < LEAST_COLUMNS_FOR_TWO
        ? { ...none, [focus]: columns }
        : { queue, ...besideQueue(columns - queue, columns >= WIDE_COLUMNS, focus) },
  };
}

/** Losses and controls side by side; where that is too narrow, the controls while they have the focus. */
function besideQueue(room: number, isWide: boolean, focus: PaneName) {
  const controls = isWide
    ? Math.min(64, Math.max(LEAST_CONTROLS, Math.floor(room * 0.5)))
    : focus === "controls"
      ? room
      : 0;
  return { chart: room - controls, controls };
}
