import { expect, test } from "vitest";
import { begun, isAtWork, shown, system } from "../support/queue-desk.ts";

test("a job goes on from its newest whole checkpoint, and older ones keep their picture alone", async () => {
  const id = await begun();
  system.checkpoint(id, 10, true);
  system.checkpoint(id, 20, true);
  // As before a change that is made right after it.
  system.checkpoint(id, 20);
  system.checkpoint(id, 30);
  const kept = shown(id).checkpoints.map(({ iteration, whole }) => [iteration, whole]);
  expect(kept).toEqual([
    [10, false],
    [20, true],
    [30, false],
  ]);
  system.die(id);
  await isAtWork(id);
  expect(system.assignments.at(-1)?.from).toMatchObject({ picture: "20.picture", state: "20.state" });
});

test("of many checkpoints those stay that are evenly spread, and the one that the job goes on from", async () => {
  const id = await begun();
  for (let iteration = 1; iteration <= 100; iteration++) system.checkpoint(id, iteration, iteration === 50);
  const kept = shown(id).checkpoints.map(({ iteration }) => iteration);
  expect(kept).toHaveLength(60);
  expect([kept[0], kept.at(-1)]).toEqual([1, 100]);
  expect(Math.max(...kept.map((iteration, i) => iteration - (kept[i - 1] ?? 1)))).toBeLessThanOrEqual(2);
  system.die(id);
  await isAtWork(id);
  expect(system.assignments.at(-1)?.from?.state).toBe("50.state");
});
