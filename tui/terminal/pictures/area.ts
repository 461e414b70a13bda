import type { PixelSize } from "../capabilities.ts";

/** Where on the screen, in cells counted from 0. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
}

/** The largest place in the middle of an area that has the picture's proportions. */
export function fit(picture: PixelSize, area: Area, cell: PixelSize): Area {
  const scale = Math.min(
    (area.columns * cell.width) / picture.width,
    (area.rows * cell.height) / picture.height,
  );
  const columns = within(Math.round((picture.width * scale) / cell.width), area.columns);
  const rows = within(Math.round((picture.height * scale) / cell.height), area.rows);
  return {
    left: area.left + Math.floor((area.columns - columns) / 2),
    top: area.top + Math.floor((area.rows - rows) / 2),
    columns,
    rows,
  };
}

function within(value: number, most: number): number {
  return Math.max(1, Math.min(most, value));
}
