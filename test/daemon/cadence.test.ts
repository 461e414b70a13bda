import { describe, expect, test } from "vitest";
import { Cadence } from "../../daemon/cadence.ts";

/** At which of the times, `every` apart, it is time. */
function taken(
  cadence: Cadence,
  { every, until, slack = 0 }: { every: number; until: number; slack?: number },
) {
  const times = Array.from({ length: Math.ceil(until / every) }, (_, i) => i * every);
  return times.filter((time) => cadence.take(time, 500, slack));
}

describe("a cadence of two a second", () => {
  test("is kept by who can only come at certain times, and never exceeded", () => {
    for (const every of [1, 90, 130, 260, 450, 500])
      expect(taken(new Cadence(), { every, until: 10_000 }).length, `every ${every} ms`).toBe(20);
    expect(taken(new Cadence(), { every: 700, until: 7000 })).toHaveLength(10);
  });

  test("takes what comes a little early for the next, without ever being ahead", () => {
    expect(taken(new Cadence(), { every: 480, until: 9600, slack: 0.5 }).length).toBe(19);
    expect(taken(new Cadence(), { every: 100, until: 10_000, slack: 0.5 }).length).toBeLessThanOrEqual(21);
  });

  test("does not make up for a pause", () => {
    const cadence = new Cadence();
    cadence.take(0, 500);
    expect([10_000, 10_001, 10_499, 10_500].map((time) => cadence.take(time, 500))).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
