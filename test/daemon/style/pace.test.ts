import { expect, test } from "vitest";
import { Pace } from "../../../daemon/style/pace.ts";

test("the pace is that of the newest iterations of a stage, without what opened it", () => {
  const pace = new Pace();
  expect(pace.after(0, 7)).toBeUndefined();
  expect(pace.after(0, 8)).toBeCloseTo(1);
  expect(pace.after(0, 11)).toBeCloseTo(2);
  // The machine has become busy: the average follows.
  let seconds = 11;
  for (let i = 0; i < 60; i++) pace.after(0, (seconds += 5));
  expect(pace.after(0, seconds + 5)).toBeCloseTo(5, 1);
  expect(pace.after(1, seconds + 100)).toBeUndefined();
  expect(pace.after(1, seconds + 120)).toBeCloseTo(20);
});
