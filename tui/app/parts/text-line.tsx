import { lettersOf } from "../../terminal/letters.ts";
import type { Line } from "../line-edit.ts";

/** A line that is being written, with a bar where the next letter goes, which stays within `columns`. */
export function lineWithCursor({ text, at }: Line, columns = Number.POSITIVE_INFINITY): string {
  const letters = lettersOf(text).toSpliced(at, 0, "▏");
  const first = Math.max(0, at + 1 - columns);
  return letters.slice(first, first + columns).join("");
}
