import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../daemon/engine/engine.ts";
import { openOnnxEngine } from "../../../daemon/engine/onnx/onnx-engine.ts";
import type { Planes } from "../../../daemon/image/planes.ts";
import { untrainedNetwork } from "../../../daemon/network/untrained.ts";
import { notesOn, openPictures } from "../../../daemon/style/pictures.ts";
import { Transfer } from "../../../daemon/style/transfer.ts";
import type { Recipe } from "../../../shared/recipe.ts";
import { smallPictures } from "../../support/pictures.ts";
import { smallRecipe } from "../../support/recipes.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const folder = temporaryFolder();
let engine: Engine<unknown>;
let base: Recipe;

beforeAll(async () => {
  engine = await openOnnxEngine(untrainedNetwork(0), { threads: 1 });
  base = smallRecipe(await smallPictures(folder, 96), { size: 48, iterations: 4 });
});

/** Black, grey and white thirds from left to right. */
async function thirds(width: number, height: number): Promise<{ file: string }> {
  const file = join(folder, `mask-${width}x${height}.png`);
  const levels = [0, 51, 255];
  const data = Uint8Array.from(
    { length: width * height },
    (_, i) => levels[Math.floor((3 * (i % width)) / width)] as number,
  );
  await sharp(data, { raw: { width, height, channels: 1 } })
    .png()
    .toFile(file);
  return { file };
}

/** Both pictures and the photo, a row of each. */
async function made(more: Partial<Recipe>) {
  const recipe: Recipe = { ...base, ...more };
  const pictures = await openPictures(recipe);
  const transfer = new Transfer(engine, recipe, pictures);
  for await (const _ of transfer.run());
  const [seen, work] = [await transfer.picture(), await transfer.work()];
  await transfer.dispose();
  return { seen, work, photo: await pictures.content.decodeTo(seen) };
}

/** Numbers of a picture from some share of its width to another, in every row. */
function between({ height, width, data }: Planes, from: number, to: number): number[] {
  return Array.from({ length: 3 * height }, (_, row) => [
    ...data.subarray(row * width + Math.round(from * width), row * width + Math.round(to * width)),
  ]).flat();
}

describe("a mask", () => {
  test("leaves the photo where it is black, shows the painted picture where it is white, and both where it is grey", async () => {
    const { seen, work, photo } = await made({ mask: await thirds(96, 64) });
    expect(between(seen, 0, 0.2)).toEqual(between(photo, 0, 0.2));
    expect(between(seen, 0.8, 1)).toEqual(between(work, 0.8, 1));
    expect(between(work, 0.7, 1)).not.toEqual(between(photo, 0.7, 1));
    const [mixed, own, painted] = [seen, photo, work].map((one) => between(one, 0.4, 0.6));
    for (const [i, value] of (mixed ?? []).entries())
      expect(value).toBeCloseTo(0.8 * (own?.[i] as number) + 0.2 * (painted?.[i] as number), 3);
  });

  test("is cropped as the photo is", async () => {
    const { seen, photo } = await made({ mask: await thirds(192, 128), crop: "1:2" });
    // The middle third and little more is left: the grey one.
    expect(between(seen, 0.2, 0.8)).not.toEqual(between(photo, 0.2, 0.8));
    const part = await made({ mask: await thirds(96, 64), crop: "0,0,32x64" });
    expect(part.seen.data).toEqual(part.photo.data);
  });

  test.each([
    [
      "other proportions",
      [64, 64],
      null,
      /is 64×64 and cannot lie on the photo, which is 96×64; a mask has the photo's proportions$/,
    ],
    ["another size under a crop in pixels", [192, 128], "0,0,32x64", /has to be as large as the photo$/],
    ["less than a crop in pixels reaches", [48, 32], "0,0,96x64", /has to be as large as the photo$/],
  ] as const)("of %s is refused by name", async (_, [width, height], crop, problem) => {
    await expect(made({ mask: await thirds(width, height), crop })).rejects.toThrow(problem);
  });

  test("that is smaller than the result is noted: its edges come out soft", async () => {
    const notes = async (width: number, height: number, crop: string | null = null) => {
      const recipe: Recipe = { ...base, crop, mask: await thirds(width, height) };
      return notesOn(recipe, await openPictures(recipe));
    };
    expect(await notes(36, 24)).toEqual([
      expect.stringMatching(/mask-36x24\.png is 36×24 and is enlarged to the result's 48×32: .* soft$/),
    ]);
    expect(await notes(48, 32)).toEqual([]);
    expect(await notes(48, 32, "1:1")).toEqual([expect.stringContaining("is 32×32")]);
  });

  test("goes on from what people saw, once or several times, as a replay does", async () => {
    const recipe: Recipe = { ...base, mask: await thirds(96, 64), color: "luminance" };
    const pictures = await openPictures(recipe);
    const whole = new Transfer(engine, recipe, pictures);
    const steps = whole.run();
    for (let i = 0; i < 2; i++) await steps.next();
    const { counts } = whole;
    const seen = (await whole.picture()).data.slice();
    // As often as a job was gone back to here and branched from.
    for (let i = 0; i < 3; i++) await whole.restart();
    for await (const _ of steps);
    const resumed = new Transfer(engine, recipe, pictures, { ...counts, recent: [], optimizer: { seen } });
    expect((await resumed.picture()).data).toEqual(seen);
    for await (const _ of resumed.run());
    expect((await resumed.picture()).data).toEqual((await whole.picture()).data);
    await Promise.all([whole.dispose(), resumed.dispose()]);
  });
});
