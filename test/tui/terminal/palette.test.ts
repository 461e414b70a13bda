import { expect, test } from "vitest";
import { nearest, to256 } from "../../../tui/terminal/pictures/palette.ts";

/** The colours as terminals define them: https://en.wikipedia.org/wiki/ANSI_escape_code#8-bit */
const LEVELS = [0, 95, 135, 175, 215, 255];
const PALETTE = new Map<number, [number, number, number]>();
for (let i = 0; i < 216; i++)
  PALETTE.set(16 + i, [LEVELS[Math.floor(i / 36)]!, LEVELS[Math.floor(i / 6) % 6]!, LEVELS[i % 6]!]);
for (let i = 0; i < 24; i++) PALETTE.set(232 + i, [8 + 10 * i, 8 + 10 * i, 8 + 10 * i]);

test("no colour of the palette is nearer than the one taken", () => {
  const distance = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0);
  for (let red = 0; red < 256; red += 17)
    for (let green = 0; green < 256; green += 15)
      for (let blue = 0; blue < 256; blue += 13) {
        const rgb = [red, green, blue] as const;
        const taken = PALETTE.get(nearest(rgb)) ?? [];
        const least = Math.min(...[...PALETTE.values()].map((colour) => distance(rgb, colour)));
        expect(distance(rgb, taken)).toBe(least);
      }
});

test("a cell keeps its character and what is no colour", () => {
  expect(to256({ text: "▄", foreground: "38;2;255;0;0", background: "" })).toEqual({
    text: "▄",
    foreground: "38;5;196",
    background: "",
  });
});
