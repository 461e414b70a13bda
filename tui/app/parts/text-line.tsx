import { lettersOf } from "../../terminal/letters.ts";
import type { Line } from "../line-edit.ts";

/** A line that is being written, with a bar where the next letter goes. */
export function lineWithCursor({ text, at }: Line): string {
  const letters = lettersOf(text);
  return `${letters.slice(0, at).join("")}▏${letters.slice(at).join("")}`;
}
