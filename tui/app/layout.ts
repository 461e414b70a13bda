import type { Area } from "../terminal/picture-layer.ts";

/** Where everything of the main screen is, in cells. */
export interface StudioLayout {
  /** Rows of its own: nothing else may be written there. */
  readonly picture: Area;
  readonly paneRows: number;
  readonly queueColumns: number;
  readonly chartColumns: number;
  readonly controlsColumns: number;
  /** Losses and controls side by side; else the one that has the focus. */
  readonly isWide: boolean;
}

const [TITLE_ROWS, BOTTOM_ROWS, LEAST_PANE_ROWS] = [1, 1, 8];

export function layoutFor(columns: number, rows: number): StudioLayout {
  const free = Math.max(2, rows - TITLE_ROWS - BOTTOM_ROWS);
  const pictureRows = Math.max(0, Math.min(Math.floor(free * 0.5), free - LEAST_PANE_ROWS));
  const isWide = columns >= 110;
  const queueColumns = Math.min(60, Math.max(26, Math.floor(columns * 0.38)));
  const rest = columns - queueColumns;
  const controlsColumns = isWide ? Math.min(48, Math.floor(rest * 0.45)) : rest;
  return {
    picture: { left: 0, top: TITLE_ROWS, columns, rows: pictureRows },
    paneRows: free - pictureRows,
    queueColumns,
    chartColumns: isWide ? rest - controlsColumns : rest,
    controlsColumns,
    isWide,
  };
}
