import cliTruncate from "cli-truncate";
import wrapAnsi from "wrap-ansi";
import { Remembered } from "./remembered.ts";

const POSITIONS = { "truncate-middle": "middle", "truncate-start": "start" } as const;

/** For each width and way, what texts became. */
const wrapped = new Map<string, Remembered<string>>();

/** A text brought to a width, in the way that Ink's `textWrap` names. */
export default function wrapText(text: string, width: number, way: string): string {
  const name = `${width} ${way}`;
  let known = wrapped.get(name);
  if (known === undefined) wrapped.set(name, (known = new Remembered(200, (one) => bring(one, width, way))));
  return known.of(text);
}

function bring(text: string, width: number, way: string): string {
  if (way === "wrap") return wrapAnsi(text, width, { trim: false, hard: true });
  if (way === "hard") return wrapAnsi(text, width, { trim: false, hard: true, wordWrap: false });
  if (!way.startsWith("truncate")) return text;
  return cliTruncate(text, width, { position: POSITIONS[way as keyof typeof POSITIONS] ?? "end" });
}
