import { expect, test, vi } from "vitest";
import wrapAnsi from "wrap-ansi";
import { growingRows } from "../../../tui/app/wrap-lines.ts";

vi.mock("wrap-ansi", { spy: true });

test("a log is wrapped once, however often its reader is drawn and however much is added to it", () => {
  const rowsOf = growingRows(4);
  const lines = ["a line", "日本語"];
  expect(rowsOf(lines)).toEqual(["a li", "ne", "日本", "語"]);
  expect(rowsOf(lines)).toHaveLength(4);
  expect(rowsOf([...lines, "", "more"])).toEqual(["a li", "ne", "日本", "語", "", "more"]);
  expect(vi.mocked(wrapAnsi).mock.calls.map(([line]) => line)).toEqual([...lines, "", "more"]);
});

test("a text of several lines in a log takes a row for each", () => {
  expect(growingRows(9)(["at once:\n    here"])).toEqual(["at once:", "    here"]);
});
