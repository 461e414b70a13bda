import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fittingHints, hintsFor } from "../../../tui/app/hints.ts";
import { type KeyPress, letterOf, namesOfKeys } from "../../../tui/app/key-names.ts";
import {
  ACTIONS,
  actionFor,
  actionsIn,
  KEYS,
  keyMapWith,
  PLACES,
  type Place,
  placesAround,
} from "../../../tui/app/keys.ts";
import { EMPTY_LINE, editLine, insert, type Line, lineOf } from "../../../tui/app/line-edit.ts";
import { lineWithCursor } from "../../../tui/app/parts/text-line.tsx";
import { readSettings } from "../../../tui/app/settings.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const folder = temporaryFolder();
const USUAL = keyMapWith({});
const NO_KEY: KeyPress = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageUp: false,
  pageDown: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  tab: false,
  backspace: false,
  delete: false,
  shift: false,
  ctrl: false,
  meta: false,
};

describe("the table of keys", () => {
  test("no key of a place means two things there", () => {
    for (const action of ACTIONS)
      for (const name of KEYS[action].keys)
        expect(actionFor(USUAL, name, KEYS[action].place), `${name} in ${KEYS[action].place}`).toBe(action);
  });

  test("an inner place has its own keys first, and those around it", () => {
    expect(actionFor(USUAL, "escape", "queue")).toBe("clear");
    expect(actionFor(USUAL, "escape", "timeline")).toBe("back");
    expect(actionFor(USUAL, "n", "controls")).toBe("newJob");
    expect(actionFor(USUAL, "n", "reader")).toBeUndefined();
    expect(actionFor(USUAL, "1", "queue")).toBe("queuePane");
    expect(actionFor(USUAL, "1", "controls")).toBe("typeValue");
    expect(actionsIn(USUAL, "controls")).not.toContain("queuePane");
    expect(placesAround("queue")).toEqual(["queue", "studio", "anywhere"]);
  });

  test("everywhere there is a way out, a way to help and a way to all others, also where letters are text", () => {
    for (const place of Object.keys(PLACES) as Place[]) {
      const hints = hintsFor(USUAL, place);
      for (const wanted of ["quit", "help", "all"])
        expect(
          hints.some(({ hint }) => hint === wanted),
          `${wanted} in ${place}`,
        ).toBe(true);
      const letters =
        "isWritten" in PLACES[place] ? hints.filter(({ key }) => letterOf(key) !== undefined) : [];
      expect(letters, place).toEqual([]);
      expect(actionsIn(USUAL, place)).toContain("quit");
    }
  });

  test("the last line is whole on the smallest screen, with what one is here for and the way to help", () => {
    for (const place of Object.keys(PLACES) as Place[])
      for (const columns of [40, 41, 42, 60, 80]) {
        const all = hintsFor(USUAL, place);
        const shown = fittingHints([], all, columns);
        const text = shown.map(({ key, hint }) => `${key} ${hint}`).join("  ");
        expect(text.length, text).toBeLessThanOrEqual(columns);
        const help = all.find(({ hint }) => hint === "help");
        const main = all.find(({ hint }) => !["back", "quit", "help", "all"].includes(hint));
        expect(shown).toEqual(expect.arrayContaining([help, main ?? help]));
      }
  });
});

describe("names of keys", () => {
  test("letters that come as one are told apart, with tab, enter and backspace among them", () => {
    expect(namesOfKeys("ab\r\t \u007F\u0010", NO_KEY)).toEqual([
      "a",
      "b",
      "enter",
      "tab",
      "space",
      "backspace",
      "ctrl+p",
    ]);
    expect(namesOfKeys("", { ...NO_KEY, leftArrow: true, shift: true })).toEqual(["shift+left"]);
    expect(namesOfKeys("s", { ...NO_KEY, ctrl: true })).toEqual(["ctrl+s"]);
    expect(namesOfKeys("👩‍🎨é", NO_KEY)).toEqual(["👩‍🎨", "é"]);
  });

  test("escape and a letter right after it are two keys", () => {
    expect(namesOfKeys("e", { ...NO_KEY, meta: true })).toEqual(["escape", "e"]);
  });
});

describe("a line that is written", () => {
  const type = (...names: readonly string[]): Line =>
    names.reduce<Line>((line, name) => editLine(line, name) ?? line, EMPTY_LINE);

  test("takes letters where its cursor is, and the keys of a shell", () => {
    expect(type("a", "c", "left", "b")).toEqual({ text: "abc", at: 2 });
    expect(type("a", "space", "b", "ctrl+w")).toEqual(lineOf("a "));
    expect(type("a", "b", "home", "delete", "end", "c")).toEqual(lineOf("bc"));
    expect(type("a", "b", "left", "ctrl+u")).toEqual({ text: "b", at: 0 });
    expect(type("👩‍🎨", "backspace")).toEqual(EMPTY_LINE);
    expect(editLine(EMPTY_LINE, "ctrl+x")).toBeUndefined();
  });

  test("takes what is pasted as one line, and no more than a path may have", () => {
    expect(insert({ text: "ad", at: 1 }, "\u001Bb\r\nc\u0000")).toEqual({ text: "ab cd", at: 4 });
    expect(insert(lineOf("e"), "\u0301")).toEqual(lineOf("e\u0301"));
    expect(insert(lineOf("a"), "b".repeat(1e5)).at).toBe(4096);
  });

  test("that is too long for its place shows where the next letter goes", () => {
    expect(lineWithCursor({ text: "abcdef", at: 6 }, 5)).toBe("…def▏");
    expect(lineWithCursor({ text: "日本語", at: 2 }, 5)).toBe("…本▏…");
    expect(lineWithCursor({ text: "日本語", at: 3 }, 5)).toBe("…語▏");
    expect(lineWithCursor({ text: "abcdef", at: 2 }, 5)).toBe("ab▏c…");
    expect(lineWithCursor({ text: "abcdef", at: 0 }, 5)).toBe("▏abc…");
    expect(lineWithCursor({ text: "abcdef", at: 2 }, 7)).toBe("ab▏cdef");
    const text = "0123456789".repeat(4);
    for (let at = 0; at <= text.length; at++) {
      const line = lineWithCursor({ text, at }, 20);
      expect(line.length).toBe(20);
      const [before = "", behind = ""] = line.replaceAll("…", "").split("▏");
      expect(text.slice(0, at).endsWith(before) && text.slice(at).startsWith(behind)).toBe(true);
      // What comes next is in sight, wherever the bar stands.
      expect(behind === "").toBe(at === text.length);
    }
  });
});

describe("settings", () => {
  const settings = (text: string) => {
    const file = join(folder, "terminal.json");
    writeFileSync(file, text);
    return { file, read: () => readSettings(file) };
  };

  test("without a file everything is as usual", () => {
    expect(readSettings(join(folder, "none.json"))).toEqual({
      theme: "auto",
      controls: "pending",
      mouse: false,
      keys: USUAL,
    });
  });

  test("keys of one's own take the place of the usual ones", () => {
    const { keys } = settings('{"theme": "light", "keys": {"undo": ["z", "ctrl+z"]}}').read();
    expect(actionFor(keys, "z", "queue")).toBe("undo");
    expect(actionFor(keys, "u", "queue")).toBeUndefined();
  });

  test("what is wrong is said with the file and the entry", () => {
    for (const [text, problem] of [
      ["{", /terminal\.json: not JSON/],
      ['{"theme": "pink"}', /terminal\.json: theme/],
      ['{"keys": {"undo": ["hyper+z"]}}', /terminal\.json: keys\.undo\.0: expected a key/],
      ['{"keys": {"dance": ["z"]}}', /terminal\.json: keys.*dance/],
      ['{"keys": {"undo": ["n"]}}', /terminal\.json: keys: "n" is both newJob and undo/],
    ] as const)
      expect(settings(text).read, text).toThrow(problem);
  });
});
