import { expect, test } from "vitest";
import { contentFactor, styleFactor } from "../../../daemon/style/forms.ts";

const SIZE = { height: 8, width: 8 };
const target = (value: number) => ({
  shape: [1, 64, 8, 8],
  data: new Float32Array(64 * 64).fill(value),
});

test("a target without energy, or with hardly any, leads to no infinite factor", () => {
  const factors = (value: number) => [
    contentFactor("relative", "conv1_1", SIZE, target(value)),
    styleFactor("relative", "conv1_1", SIZE, target(value), 64),
  ];
  expect(factors(0)).toEqual([0, 0]);
  expect(factors(1e-20)).toEqual([0, 0]);
  expect(factors(0.5)).toEqual([1 / 1024, 1 / 1024]);
});
