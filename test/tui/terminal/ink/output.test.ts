import { Chalk } from "chalk";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import InkOutput from "../../../../node_modules/ink/build/output.js";
import Output from "../../../../tui/terminal/ink/output.ts";

const [WIDTH, HEIGHT] = [12, 5];
const colours = new Chalk({ level: 3 });

const word = fc.constantFrom("a", "bc", " ", "│", "⣿", "漢字", "é", "👩‍👩‍👧", "e\u0301", "─┐", "\u200B");
const styled = fc
  .tuple(word, fc.constantFrom("none", "red", "bold", "inverse", "dim"))
  .map(([text, style]) => (style === "none" ? text : colours[style](text)));
const line = fc.array(styled, { maxLength: 6 }).map((parts) => parts.join(""));
const text = fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.join("\n"));
const place = { x: fc.integer({ min: 0, max: WIDTH }), y: fc.nat(HEIGHT) };
const span = (most: number) =>
  fc.option(
    fc.tuple(fc.nat(most), fc.nat(most)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const),
    {
      nil: [undefined, undefined] as const,
    },
  );
const operation = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("write" as const), ...place, text }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("clip" as const), across: span(WIDTH), down: span(HEIGHT) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("unclip" as const) }) },
);
const frame = fc.array(operation, { maxLength: 12 });

function drawn(Kind: typeof Output, operations: typeof frame extends fc.Arbitrary<infer T> ? T : never) {
  const output = new Kind({ width: WIDTH, height: HEIGHT });
  for (const one of operations)
    if (one.kind === "write")
      output.write(one.x, one.y, one.text, { transformers: [(part, index) => `${part.trimEnd()}${index}`] });
    else if (one.kind === "unclip") output.unclip();
    else {
      const [[x1, x2], [y1, y2]] = [one.across, one.down];
      output.clip({ x1, x2, y1, y2 });
    }
  return output.get();
}

test("frame after frame the same text as Ink's own", () => {
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 4 }), (frames) => {
      for (const one of frames)
        expect(drawn(Output, one)).toEqual(drawn(InkOutput as unknown as typeof Output, one));
    }),
    { numRuns: 500 },
  );
});
