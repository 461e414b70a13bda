import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { FromWorker, ToWorker } from "../../../daemon/worker/messages.ts";
import { Patience } from "../../../daemon/worker/patience.ts";
import { smallRecipe } from "../../support/recipes.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const start = (size: number) =>
  ({
    type: "start",
    assignment: { recipe: smallRecipe({ content: "photo.png", style: "painting.png" }, { size }) },
  }) as ToWorker;
const PROGRESS = { type: "progress" } as FromWorker;

/** After how many seconds a worker that says nothing more is given up; undefined for never. */
function givenUpAfter(patience: (onStuck: () => void) => unknown): number | undefined {
  let stuck: number | undefined;
  const began = performance.now();
  patience(() => {
    stuck = (performance.now() - began) / 1000;
  });
  vi.advanceTimersByTime(1e7);
  return stuck && Math.floor(stuck);
}

test("opening a device has ten minutes, and an iteration two and ten for each megapixel", () => {
  expect(givenUpAfter((onStuck) => new Patience(undefined, onStuck))).toBe(600);
  for (const [size, seconds] of [
    [100, 126],
    [1000, 720],
  ] as const)
    expect(givenUpAfter((onStuck) => new Patience(undefined, onStuck).told(start(size)))).toBe(seconds);
  expect(givenUpAfter((onStuck) => new Patience(15, onStuck).told(start(1000)))).toBe(15);
});

test("where iterations are slow they have twenty times the slowest of their job", () => {
  const slow = (limit: number | undefined, next: (patience: Patience) => void) =>
    givenUpAfter((onStuck) => {
      const patience = new Patience(limit, onStuck);
      patience.told(start(100));
      vi.advanceTimersByTime(20_000);
      patience.heard(PROGRESS);
      patience.heard(PROGRESS);
      next(patience);
    });
  expect(slow(undefined, () => {})).toBe(20 + 400);
  // The next job's may be quicker, and what somebody asked for is not changed.
  expect(slow(undefined, (patience) => patience.told(start(100)))).toBe(20 + 126);
  expect(slow(30, () => {})).toBe(20 + 30);
});

test.each(["ready", "unavailable", "stopped", "done", "failed"] as const)(
  "a worker that has said %s is waited for no longer",
  (type) => {
    const ended = givenUpAfter((onStuck) => {
      const patience = new Patience(undefined, onStuck);
      patience.told(start(100));
      patience.heard({ type } as FromWorker);
    });
    expect(ended).toBeUndefined();
  },
);
