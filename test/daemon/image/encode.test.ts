import { expect, test } from "vitest";
import { checkRoomIn, encodePicture } from "../../../daemon/image/encode.ts";
import { readRecipeText } from "../../../daemon/image/recipe-metadata.ts";

const SIZE = { width: 16, height: 16 };
const PICTURE = { ...SIZE, data: new Float32Array(3 * 16 * 16) };
const recipeOf = (entries: number) => ({
  note: `<"it's" & that>`,
  timeline: Array.from({ length: entries }, (_, i) => ({ iteration: i, changes: { style: 1.5 } })),
});

test.each(["a.png", "a.jpg", "a.webp"])(
  "%s holds the longest recipe that it is said to have room for",
  async (file) => {
    const recipe = recipeOf(1380);
    expect(() => checkRoomIn(file, SIZE, recipe)).not.toThrow();
    const text = await readRecipeText(await encodePicture(PICTURE, file, recipe));
    expect(JSON.parse(text ?? "null")).toEqual(recipe);
  },
);

test("a recipe that a JPEG would silently be without is refused beforehand", () => {
  expect(() => checkRoomIn("a.jpg", SIZE, recipeOf(1420))).toThrow(
    /a\.jpg: .* kB long.*room for 60; write a \.png/,
  );
  expect(() => checkRoomIn("a.png", SIZE, recipeOf(50_000))).not.toThrow();
});

test("a picture too large for WebP is refused beforehand", () => {
  const wide = { width: 16_384, height: 16 };
  expect(() => checkRoomIn("a.webp", wide, {})).toThrow(/at most 16383 pixels a side; write a \.png/);
  expect(() => checkRoomIn("a.jpg", wide, {})).not.toThrow();
});

test("a recipe of an earlier release, its quotes escaped, is read", async () => {
  const { default: sharp } = await import("sharp");
  const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:atelier="https://atelier.invalid/ns/recipe/1.0/"><atelier:recipe>{&quot;note&quot;:&quot;it&apos;s &amp;lt; &lt;&quot;}</atelier:recipe></rdf:Description></rdf:RDF></x:xmpmeta>`;
  const blank = sharp({ create: { ...SIZE, channels: 3, background: "red" } });
  const text = await readRecipeText(await blank.withXmp(xmp).png().toBuffer());
  expect(JSON.parse(text ?? "null")).toEqual({ note: "it's &lt; <" });
});
