import { describe, expect, test } from "vitest";
import { colorMoments, greysLike, matchingColors, recolor, withHuesOf } from "../../../daemon/image/color.ts";
import type { Planes } from "../../../daemon/image/planes.ts";
import { normals } from "../../../daemon/random.ts";

const SIZE = { height: 60, width: 80 };
const AREA = SIZE.height * SIZE.width;

/** Noise whose channels go together as a mixture says. */
function noise(seed: number, mean: number[], mixture: number[][]): Planes {
  const sources = [0, 1, 2].map((i) => normals(seed, i, AREA, 1));
  const data = new Float32Array(3 * AREA);
  for (const [channel, row] of mixture.entries())
    for (let i = 0; i < AREA; i++)
      data[channel * AREA + i] =
        (mean[channel] as number) +
        row.reduce((sum, factor, k) => sum + factor * (sources[k]?.[i] as number), 0);
  return { ...SIZE, data };
}

const warm = () =>
  noise(
    1,
    [150, 110, 80],
    [
      [20, 6, 0],
      [12, 10, 3],
      [4, 3, 9],
    ],
  );
const cool = () =>
  noise(
    2,
    [90, 120, 140],
    [
      [9, 0, 0],
      [6, 14, 0],
      [2, 9, 16],
    ],
  );
const lumaAt = ({ data }: Planes, i: number) =>
  0.299 * (data[i] as number) + 0.587 * (data[AREA + i] as number) + 0.114 * (data[2 * AREA + i] as number);

describe("colours that match those of a photo", () => {
  test("have its mean and covariance", () => {
    const photo = colorMoments(cool());
    const matched = colorMoments(recolor(warm(), matchingColors(colorMoments(warm()), photo)));
    for (const [i, mean] of photo.mean.entries()) expect(matched.mean[i]).toBeCloseTo(mean, 2);
    const [got, wanted] = [matched.covariance.flat(), photo.covariance.flat()];
    for (const [i, value] of wanted.entries()) expect(got[i]).toBeCloseTo(value, 1);
  });

  test("are moved no further than they have to be", () => {
    const { matrix } = matchingColors(colorMoments(warm()), colorMoments(cool()));
    // A map is the least move exactly where it is the gradient of something convex.
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) expect(matrix[i]?.[j]).toBeCloseTo(matrix[j]?.[i] as number, 9);
    const own = colorMoments(warm());
    const same = matchingColors(own, own).matrix;
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) expect(same[i]?.[j]).toBeCloseTo(Number(i === j), 9);
  });

  test("of a painting without colours are not its noise made large", () => {
    const sepia = noise(
      3,
      [120, 100, 80],
      [
        [25, 0.3, 0],
        [25, 0, 0.3],
        [25, -0.3, 0],
      ],
    );
    // Red against blue.
    const spread = (planes: Planes) => {
      const { covariance } = colorMoments(planes);
      const [rr = 0, rb = 0, bb = 0] = [covariance[0]?.[0], covariance[0]?.[2], covariance[2]?.[2]];
      return Math.sqrt(rr - 2 * rb + bb);
    };
    const own = spread(sepia);
    expect(spread(cool())).toBeGreaterThan(10 * own);
    const matched = recolor(sepia, matchingColors(colorMoments(sepia), colorMoments(cool())));
    // Light and dark lean a little towards the hue that the photo has them in.
    expect(spread(matched)).toBeLessThan(6 * own);
    expect(matched.data.every(Number.isFinite)).toBe(true);
  });
});

test("greys like a photo are as light as it and in as wide a range", () => {
  const photo = cool();
  const grey = recolor(warm(), greysLike(colorMoments(warm()), colorMoments(photo)));
  const luma = (planes: Planes) => Array.from({ length: AREA }, (_, i) => lumaAt(planes, i));
  const looks = (values: number[]) => {
    const mean = values.reduce((a, b) => a + b, 0) / AREA;
    return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / AREA)] as const;
  };
  const [[mean, deviation], [wantedMean, wantedDeviation]] = [looks(luma(grey)), looks(luma(photo))];
  expect(mean).toBeCloseTo(wantedMean, 1);
  expect(deviation).toBeCloseTo(wantedDeviation, 1);
  for (const i of [0, 7, AREA - 1])
    expect([grey.data[AREA + i], grey.data[2 * AREA + i]]).toEqual([grey.data[i], grey.data[i]]);
});

test("colours that are all as light as each other become greys", () => {
  for (let strength = 0.05; strength <= 1; strength += 0.05) {
    const away = [-109, 73, -90].map((step) => strength * step);
    const data = Float32Array.from(
      { length: 3 * AREA },
      (_, i) => 128 + ((i % AREA) % 3 === 0 ? (away[Math.floor(i / AREA)] as number) : 0),
    );
    const flat = colorMoments({ ...SIZE, data });
    for (const map of [greysLike(flat, colorMoments(cool())), greysLike(colorMoments(cool()), flat)])
      expect([...map.matrix.flat(), ...map.offset].every(Number.isFinite)).toBe(true);
  }
});

test("a photo's hues on another's light and dark: as light as that everywhere, and never beyond what a pixel can be", () => {
  const photo = cool();
  const light = noise(
    4,
    [128, 128, 128],
    [
      [90, 0, 0],
      [90, 0, 0],
      [90, 0, 0],
    ],
  );
  const before = light.data.slice();
  const seen = withHuesOf(photo, light);
  expect(light.data).toEqual(before);
  const strengths: number[] = [];
  for (let i = 0; i < AREA; i++) {
    const wanted = Math.min(255, Math.max(0, lumaAt(light, i)));
    expect(lumaAt(seen, i)).toBeCloseTo(wanted, 2);
    const hue = (photo.data[i] as number) - lumaAt(photo, i);
    if (Math.abs(hue) > 1) strengths.push(((seen.data[i] as number) - wanted) / hue);
  }
  expect(Math.max(...strengths)).toBeLessThan(1.001);
  const weaker = strengths.filter((strength) => strength < 0.999).length;
  expect(weaker).toBeGreaterThan(strengths.length / 20);
  expect(weaker).toBeLessThan(strengths.length / 2);
  expect(Math.min(...seen.data)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...seen.data)).toBeLessThanOrEqual(255);
});
