import stringWidth from "string-width";
import { lettersOf } from "../../terminal/letters.ts";
import type { Line } from "../line-edit.ts";

/** A line that is being written, with a bar where the next letter goes, which stays within `columns`. */
export function lineWithCursor({ text, at }: Line, columns = Number.POSITIVE_INFINITY): string {
  const letters = lettersOf(text);
  const widthOf = (i: number) => stringWidth(letters[i] ?? "");
  // The bar's, and where something before it is left out the sign's for that.
  let room = columns - 1 - (stringWidth(letters.slice(0, at).join("")) < columns ? 0 : 1);
  let [from, to] = [at, at];
  while (from > 0 && widthOf(from - 1) <= room) room -= widthOf(--from);
  while (to < letters.length && widthOf(to) <= room) room -= widthOf(to++);
  return `${from > 0 ? "…" : ""}${letters.slice(from, at).join("")}▏${letters.slice(at, to).join("")}`;
}
