import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { firstHelpLine, helpLayout, scrollHelp } from "../../../tui/app/help-layout.ts";
import { actionsIn, KEYS, keyMapWith, keysOf, PLACES, type Place } from "../../../tui/app/keys.ts";

const USUAL = keyMapWith({});
const MANY = keyMapWith({
  mark: ["m", "insert", "ctrl+a", "ctrl+b", "ctrl+d", "ctrl+e", "ctrl+f", "ctrl+n"],
});

describe("help", () => {
  for (const [columns, rows] of [
    [60, 13],
    [80, 22],
    [160, 48],
    [300, 98],
  ] as const)
    test(`has every key and its whole meaning at ${columns}×${rows}`, () => {
      for (const keys of [USUAL, MANY])
        for (const place of Object.keys(PLACES) as Place[]) {
          const { lines, parts, keyColumns } = helpLayout({ keys, columns, rows }, place);
          for (const line of lines) {
            expect(stringWidth(line.keys), line.id).toBeLessThanOrEqual(keyColumns);
            expect(keyColumns + stringWidth(line.meaning) + 2, line.id).toBeLessThan(columns / parts);
          }
          for (const action of actionsIn(keys, place)) {
            // What has no key at all is found by the palette.
            const names =
              keys[action].length > 0
                ? keysOf(keys, action, place)
                : [`by ${keysOf(keys, "palette", place)[0]}`];
            // Where letters are text they are no keys.
            if (names.length === 0) continue;
            const own = lines.filter(({ id }) => id.startsWith(`${action} `));
            expect(
              own
                .map((line) => line.keys)
                .join(" ")
                .trim(),
              action,
            ).toBe(names.join(", "));
            expect(
              own
                .map(({ meaning }) => meaning)
                .join(" ")
                .trim(),
              action,
            ).toBe(KEYS[action].meaning);
          }
        }
    });

  test("has no more columns than it needs, and no more than leave every meaning whole", () => {
    const partsOf = (columns: number, rows: number, place: Place) =>
      helpLayout({ keys: USUAL, columns, rows }, place).parts;
    expect(partsOf(80, 22, "queue")).toBe(1);
    expect(partsOf(160, 30, "queue")).toBe(2);
    expect(partsOf(160, 48, "reader")).toBe(1);
  });

  test("is scrolled where it does not fit; any other key, and any where it fits, ends it", () => {
    const layout = helpLayout({ keys: USUAL, columns: 80, rows: 22 }, "queue");
    const page = layout.linesPerPart;
    const last = layout.lines.length - page;
    expect(last).toBeGreaterThan(page);
    const press = (top: number, ...names: readonly string[]) =>
      names.reduce<number | undefined>((at, name) => scrollHelp(layout, at ?? Number.NaN, name), top);
    expect(press(0, "down", "down", "up")).toBe(1);
    expect(press(0, "space", "pageup")).toBe(0);
    expect(press(0, "up")).toBe(0);
    expect(press(0, "space", "pagedown", "space", "down")).toBe(last);
    expect(press(5, "x")).toBeUndefined();
    expect(press(5, "escape")).toBeUndefined();
    expect(firstHelpLine(layout, 1000)).toBe(last);
    const whole = helpLayout({ keys: USUAL, columns: 80, rows: 22 }, "reader");
    expect(scrollHelp(whole, 0, "space")).toBeUndefined();
  });
});
