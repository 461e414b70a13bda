import stringWidth from "string-width";
import { lettersOf } from "./letters.ts";

/** What takes the place of letters beyond ASCII that the interface writes by itself, all as wide. */
const LIKENESSES: Readonly<Record<string, string>> = {
  "×": "x",
  "→": ">",
  "²": "2",
  "°": "'",
  "…": "~",
  "≤": "<",
  "·": "|",
  "▏": "|",
  "│": "|",
  "─": "-",
  "┃": "#",
  "━": "=",
  "┏": "#",
  "┓": "#",
  "┗": "#",
  "┛": "#",
  "╭": "+",
  "╮": "+",
  "╰": "+",
  "╯": "+",
  "›": ">",
  "●": "*",
  "▲": "^",
  "◦": ".",
  "▶": "o",
  "‖": "=",
  "✓": "v",
  "✗": "!",
  "–": "-",
};

/** A text in ASCII alone, as wide as it was; letters of others, as in names of files, become `?`. */
export function toAscii(text: string): string {
  return text.replaceAll(/\P{ASCII}+/gu, (run) =>
    lettersOf(run)
      .map((letter) => LIKENESSES[letter] ?? "?".repeat(stringWidth(letter)))
      .join(""),
  );
}
