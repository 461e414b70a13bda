import type { Area } from "../terminal/picture-layer.ts";

/** The pictures of a job that are seen beside each other. */
export type PictureSlot = "content" | "made" | "style";

/** Where everything of the main screen is, in cells. */
export interface StudioLayout {
  /** Rows of its own: nothing else may be written there. */
  readonly pictures: Readonly<Record<PictureSlot, Area>>;
  readonly pictureRows: number;
  readonly paneRows: number;
  readonly queueColumns: number;
  readonly chartColumns: number;
  readonly controlsColumns: number;
  /** Losses and controls side by side; else the one that has the focus. */
  readonly isWide: boolean;
}

const [TITLE_ROWS, BOTTOM_ROWS, LEAST_PANE_ROWS] = [1, 1, 8];

/** `hasPictures`: the terminal can show any at all. */
export function layoutFor(columns: number, rows: number, hasPictures: boolean): StudioLayout {
  const free = Math.max(2, rows - TITLE_ROWS - BOTTOM_ROWS);
  const pictureRows = !hasPictures
    ? 0
    : Math.max(0, Math.min(Math.floor(free * 0.5), free - LEAST_PANE_ROWS));
  const side = Math.floor(columns * 0.3);
  const isWide = columns >= 110;
  const queueColumns = Math.min(60, Math.max(26, Math.floor(columns * 0.38)));
  const rest = columns - queueColumns;
  const controlsColumns = isWide ? Math.min(48, Math.floor(rest * 0.45)) : rest;
  return {
    pictures: {
      content: { left: 0, top: TITLE_ROWS, columns: side, rows: pictureRows },
      made: { left: side, top: TITLE_ROWS, columns: columns - 2 * side, rows: pictureRows },
      style: { left: columns - side, top: TITLE_ROWS, columns: side, rows: pictureRows },
    },
    pictureRows,
    paneRows: free - pictureRows,
    queueColumns,
    chartColumns: isWide ? rest - controlsColumns : rest,
    controlsColumns,
    isWide,
  };
}
