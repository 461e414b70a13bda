import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CheckpointPace } from "../../../daemon/worker/checkpoint-pace.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Iterations of a second each, and the checkpoints that are saved on the way, each of which takes so long. */
function checkpointsOf(pace: CheckpointPace, iterations: number, tookMs: number): string[] {
  return Array.from({ length: iterations }, (_, i) => i + 1).flatMap((iteration) => {
    vi.advanceTimersByTime(1000);
    const kind = pace.dueAfter(iteration);
    if (kind === undefined) return [];
    vi.advanceTimersByTime(tookMs);
    pace.saved(kind, tookMs);
    return `${iteration} ${kind}`;
  });
}

test("a whole checkpoint comes in its time, and on the way a picture at ten moments but the last", () => {
  expect(checkpointsOf(new CheckpointPace(30, 70), 70, 0)).toEqual(
    "7 picture,14 picture,21 picture,28 picture,30 whole,35 picture,42 picture,49 picture,56 picture,60 whole,63 picture".split(
      ",",
    ),
  );
});

test("where the disk is slow checkpoints of a kind take no more than 1.5 % of the time", () => {
  const slow = checkpointsOf(new CheckpointPace(30, 10_000), 1000, 3000);
  expect(slow.filter((one) => one.endsWith("whole"))).toHaveLength(5);
  expect(checkpointsOf(new CheckpointPace(9999, 100), 100, 500)).toEqual([
    "10 picture",
    "50 picture",
    "90 picture",
  ]);
});

test("one that is wanted at every iteration is made at every iteration, however slow", () => {
  expect(checkpointsOf(new CheckpointPace(0, 3), 3, 9000)).toEqual(["1 whole", "2 whole", "3 whole"]);
});
