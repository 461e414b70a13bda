import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../daemon/engine/engine.ts";
import { openOnnxEngine } from "../../../daemon/engine/onnx/onnx-engine.ts";
import { colorMoments } from "../../../daemon/image/color.ts";
import type { Planes } from "../../../daemon/image/planes.ts";
import { untrainedNetwork } from "../../../daemon/network/untrained.ts";
import { openPictures } from "../../../daemon/style/pictures.ts";
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
  const { content, style } = await smallPictures(folder);
  const red = join(folder, "red.png");
  await sharp(style)
    .recomb([
      [0.9, 0.3, 0.1],
      [0.2, 0.1, 0.1],
      [0.1, 0.1, 0.1],
    ])
    .toFile(red);
  base = smallRecipe({ content, style: red }, { size: 48, iterations: 12 });
});

async function made(color: Recipe["color"], more: Partial<Recipe> = {}) {
  const recipe = { ...base, ...(color !== undefined && { color }), ...more };
  const pictures = await openPictures(recipe);
  const transfer = new Transfer(engine, recipe, pictures);
  const losses: number[] = [];
  for await (const { loss } of transfer.run()) losses.push(loss.total);
  const picture = await transfer.picture();
  await transfer.dispose();
  return { picture, losses, photo: await pictures.content.decodeTo(picture) };
}

const luma = ({ data }: Planes, i: number) => {
  const area = data.length / 3;
  return (
    0.299 * (data[i] as number) + 0.587 * (data[area + i] as number) + 0.114 * (data[2 * area + i] as number)
  );
};

/** How far apart the mean colours of two pictures are, in levels. */
function apart(a: Planes, b: Planes): number {
  const [first, second] = [colorMoments(a).mean, colorMoments(b).mean];
  return Math.hypot(...first.map((value, i) => value - (second[i] as number)));
}

describe("a picture in colours", () => {
  test("that match the photo's is nearer to them than in the painting's", async () => {
    const [style, match] = [await made(undefined), await made("match")];
    expect(apart(style.picture, style.photo)).toBeGreaterThan(30);
    expect(apart(match.picture, match.photo)).toBeLessThan(apart(style.picture, style.photo) / 3);
  });

  test.each(["content", "noise"] as const)(
    "of the photo, from %s, has its hues and another light and dark",
    async (init) => {
      const { picture, photo, losses } = await made("luminance", { init });
      const area = picture.data.length / 3;
      let painted = 0;
      for (let i = 0; i < area; i++) {
        const [light, own] = [luma(picture, i), luma(photo, i)];
        painted += Math.abs(light - own) / area;
        const hues = [0, 1, 2].map((channel) => [
          (picture.data[channel * area + i] as number) - light,
          (photo.data[channel * area + i] as number) - own,
        ]);
        // The photo's, all as much weaker: never another hue.
        const [[, strongest = 0] = []] = hues.toSorted(([, a = 0], [, b = 0]) => Math.abs(b) - Math.abs(a));
        const strength = (hues.find(([, hue]) => hue === strongest)?.[0] ?? 0) / strongest;
        if (Math.abs(strongest) < 1) continue;
        expect(strength).toBeGreaterThan(-1e-3);
        expect(strength).toBeLessThan(1 + 1e-3);
        for (const [seen = 0, hue = 0] of hues) expect(Math.abs(seen - strength * hue)).toBeLessThan(0.01);
      }
      expect(painted).toBeGreaterThan(2);
      expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 2);
    },
  );

  test("of the photo is worked on in grey, and judged by that", async () => {
    const recipe: Recipe = { ...base, color: "luminance", init: "noise" };
    const transfer = new Transfer(engine, recipe, await openPictures(recipe));
    let last = 0;
    for await (const { loss } of transfer.run()) last = loss.total;
    const work = await transfer.work();
    const area = work.data.length / 3;
    for (const channel of [1, 2])
      expect(work.data.subarray(channel * area, (channel + 1) * area)).toEqual(work.data.subarray(0, area));
    expect((await transfer.lossOf(work)).total / last).toBeCloseTo(1, 5);
    await transfer.dispose();
  });
});
