import cliTruncate from "cli-truncate";
import stringWidth from "string-width";
import { plainText } from "../../../shared/plain-text.ts";
import { lettersOf } from "../../terminal/letters.ts";
import type { Line } from "../line-edit.ts";

/** Of what stands behind the bar, so much of the columns stays in sight. */
const BEHIND = 1 / 3;

/** A line that is being written, with a bar where the next letter goes, which stays within `columns`. */
export function lineWithCursor({ text, at }: Line, columns = Number.POSITIVE_INFINITY): string {
  const letters = lettersOf(text);
  if (stringWidth(text) < columns) return `${letters.slice(0, at).join("")}▏${letters.slice(at).join("")}`;
  const widthOf = (i: number) => stringWidth(letters[i] ?? "");
  let [from, to] = [at, at];
  // Without the bar, and a sign for what is left out at either end.
  let room = columns - 3;
  for (let behind = columns * BEHIND; to < letters.length && widthOf(to) <= Math.min(room, behind); to++) {
    room -= widthOf(to);
    behind -= widthOf(to);
  }
  if (to === letters.length) room++;
  while (from > 0 && widthOf(from - 1) <= room) room -= widthOf(--from);
  // One more may take the place of its sign.
  if (from === 1 && widthOf(0) <= room + 1) room -= widthOf(--from);
  if (from === 0) room++;
  while (to < letters.length && widthOf(to) <= room) room -= widthOf(to++);
  if (to === letters.length - 1 && widthOf(to) <= room + 1) to++;
  const [before, behind] = [letters.slice(from, at).join(""), letters.slice(at, to).join("")];
  return `${from > 0 ? "…" : ""}${before}▏${behind}${to < letters.length ? "…" : ""}`;
}

/** The end of a path says more than its beginning. */
export function endOf(text: string, columns: number): string {
  return cliTruncate(plainText(text), Math.max(1, columns), { position: "start" });
}

/** Of a path so much is always there. */
const SHORTEST_PATH = 16;

/** A text for one row: where it is too long its longest path loses its beginning. */
export function withShortPath(text: string, columns: number): string {
  const over = stringWidth(text) - columns;
  const [longest] = text.match(/\S*\/[^\s:;,]*/g)?.toSorted((a, b) => b.length - a.length) ?? [];
  if (over <= 0 || longest === undefined) return text;
  return text.replace(longest, () => endOf(longest, Math.max(SHORTEST_PATH, stringWidth(longest) - over)));
}
