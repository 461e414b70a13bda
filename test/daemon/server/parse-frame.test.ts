import { describe, expect, test } from "vitest";
import { parseFrame } from "../../../daemon/server/parse-frame.ts";

const parse = (text: string) => parseFrame(Buffer.from(text));

describe("a frame's JSON", () => {
  test("is what JSON.parse makes of it", () => {
    for (const value of [1, "a", null, [], { a: ['quotes " and \\'] }, `"${"[".repeat(100)}`])
      expect(parse(JSON.stringify(value))).toEqual(value);
  });

  test("is refused where it is none, or nested deeper than anything of ours", () => {
    for (const text of ["", "{", "]", "[1,]", '"', '"\\']) expect(() => parse(text)).toThrow(SyntaxError);
    expect(() => parse("[".repeat(32) + "]".repeat(32))).not.toThrow();
    expect(() => parse("[".repeat(33) + "]".repeat(33))).toThrow(/nested deeper than 32/);
  });
});
