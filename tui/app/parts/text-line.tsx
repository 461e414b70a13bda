import stringWidth from "string-width";
import { lettersOf } from "../../terminal/letters.ts";
import type { Line } from "../line-edit.ts";

/** The bar's, and the sign's that something is left out. */
const BESIDE_COLUMNS = 2;

/** A line that is being written, with a bar where the next letter goes; `columns` are enough to see that. */
export function lineWithCursor({ text, at }: Line, columns = Number.POSITIVE_INFINITY): string {
  const letters = lettersOf(text);
  let from = at;
  for (let width = BESIDE_COLUMNS; from > 0; from--) {
    width += stringWidth(letters[from - 1] ?? "");
    if (width > columns) break;
  }
  return `${from > 0 ? "…" : ""}${letters.slice(from, at).join("")}▏${letters.slice(at).join("")}`;
}
