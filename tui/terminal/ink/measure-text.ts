import textWidth from "./text-width.ts";

/** Columns and rows of a text. */
export default function measureText(text: string): { width: number; height: number } {
  if (text === "") return { width: 0, height: 0 };
  const lines = text.split("\n");
  return { width: Math.max(...lines.map((line) => textWidth(line))), height: lines.length };
}
