export interface Point {
  /** Cells counted from 0. */
  readonly row: number;
  readonly column: number;
  readonly by: "click" | "up" | "down";
}

/** Button, column and row as xterm's SGR mode reports them, without the escape; it comes as the text of a key. */
const REPORT = /^\[<(\d+);(\d+);(\d+)([Mm])$/;
const BUTTONS: Readonly<Record<string, Point["by"]>> = { "0M": "click", "64M": "up", "65M": "down" };

/** What the mouse did; "other" for reports that mean nothing here, undefined for keys. */
export function mouseFrom(input: string): Point | "other" | undefined {
  const match = REPORT.exec(input);
  if (match === null) return undefined;
  const [, button, column, row, end] = match;
  const by = BUTTONS[`${button}${end}`];
  return by === undefined ? "other" : { row: Number(row) - 1, column: Number(column) - 1, by };
}

/** Has the terminal report the mouse. Without, it keeps its own way of selecting text. */
export const MOUSE_ON = "\u001B[?1000h\u001B[?1006h";
