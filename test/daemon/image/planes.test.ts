import { expect, test } from "vitest";
import { toPixels } from "../../../daemon/image/pixels.ts";
import { type Planes, resample, toBytes, toPlanes } from "../../../daemon/image/planes.ts";

function ramp(height: number, width: number): Planes {
  const data = new Float32Array(3 * height * width);
  for (let i = 0; i < data.length; i++) data[i] = 10 + 3 * (i % width) + 5 * (Math.floor(i / width) % height);
  return { height, width, data };
}

test("bytes survive the way through planes", () => {
  const data = Uint8Array.from({ length: 3 * 4 * 5 }, (_, i) => (i * 37) % 256);
  expect(toBytes(toPlanes({ height: 4, width: 5, data }))).toEqual(Uint8ClampedArray.from(data));
});

test("others have their turn while a large picture becomes bytes", async () => {
  const picture = ramp(700, 800);
  let turns = 0;
  const count = () => {
    turns++;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  const { data } = await toPixels(picture);
  clearImmediate(next);
  expect(turns).toBeGreaterThan(1);
  expect(Buffer.from(data).equals(Buffer.from(toBytes(picture)))).toBe(true);
});

test("values outside 0..255 are limited and others rounded", () => {
  const data = Float32Array.of(-5, 260, 99.6);
  expect([...toBytes({ height: 1, width: 1, data })]).toEqual([0, 255, 100]);
});

test.each(["cubic", "linear"] as const)(
  "%s resampling keeps a plane a plane, away from the edges",
  (kind) => {
    const large = resample(ramp(8, 12), { height: 16, width: 24 }, kind);
    expect(large.data[24 * 8 + 12]).toBeCloseTo(10 + 3 * 5.75 + 5 * 3.75, 3);
  },
);

test("a constant stays constant at any size", () => {
  const constant = { height: 7, width: 9, data: new Float32Array(3 * 7 * 9).fill(42) };
  for (const size of [
    { height: 3, width: 4 },
    { height: 20, width: 31 },
  ])
    for (const value of resample(constant, size, "cubic").data) expect(value).toBeCloseTo(42, 4);
});

test("shrinking averages instead of skipping", () => {
  const stripes = {
    height: 16,
    width: 16,
    data: Float32Array.from({ length: 3 * 256 }, (_, i) => (i % 2 === 0 ? 0 : 200)),
  };
  for (const value of resample(stripes, { height: 4, width: 4 }, "cubic").data)
    expect(Math.abs(value - 100)).toBeLessThan(20);
});
