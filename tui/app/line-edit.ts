import { lettersOf } from "../terminal/letters.ts";
import { letterOf } from "./key-names.ts";

/** A line of text that is being written, and where in it, in characters. */
export interface Line {
  readonly text: string;
  readonly at: number;
}

/** As long as a path may be: a book that is pasted would be slow to draw with every key. */
const MOST_LETTERS = 4096;

export const EMPTY_LINE: Line = { text: "", at: 0 };

export function lineOf(text: string): Line {
  return { text, at: lettersOf(text).length };
}

/** The line after a key, as shells take them; undefined for a key that does nothing in a line. */
export function editLine({ text, at }: Line, name: string): Line | undefined {
  const letters = lettersOf(text);
  const without = (from: number, to: number): Line => ({
    text: [...letters.slice(0, from), ...letters.slice(to)].join(""),
    at: from,
  });
  switch (name) {
    case "left":
      return { text, at: Math.max(0, at - 1) };
    case "right":
      return { text, at: Math.min(letters.length, at + 1) };
    case "home":
    case "ctrl+a":
      return { text, at: 0 };
    case "end":
    case "ctrl+e":
      return { text, at: letters.length };
    case "backspace":
      return at === 0 ? { text, at } : without(at - 1, at);
    case "delete":
      return without(at, Math.min(letters.length, at + 1));
    case "ctrl+u":
      return without(0, at);
    case "ctrl+k":
      return without(at, letters.length);
    case "ctrl+w": {
      const kept = letters
        .slice(0, at)
        .join("")
        .replace(/\S+\s*$/, "");
      return without(lettersOf(kept).length, at);
    }
    default: {
      const letter = letterOf(name);
      return letter === undefined ? undefined : insert({ text, at }, letter);
    }
  }
}

/** Puts text in, as one line: breaks and tabs become spaces, what else is no letter is dropped. */
export function insert({ text, at }: Line, added: string): Line {
  const letters = lettersOf(text);
  const clean = added.replaceAll(/[\r\n\t\u2028\u2029]+/g, " ").replaceAll(/\p{Cc}/gu, "");
  const fitting = lettersOf(clean).slice(0, Math.max(0, MOST_LETTERS - letters.length));
  const before = [...letters.slice(0, at), ...fitting].join("");
  return { text: before + letters.slice(at).join(""), at: lettersOf(before).length };
}
