import { describe, expect, test } from "vitest";
import { type LinePoint, searchLine } from "../../../daemon/style/line-search.ts";

const OPTIONS = { c1: 1e-4, c2: 0.9, maxEvaluations: 40, noise: 0 };

/** The functions of Moré and Thuente's section 5, with their hard starting steps. */
const lines: Record<string, { value(a: number): number; slope(a: number): number; c1: number; c2: number }> =
  {
    "5.1": {
      value: (a) => -a / (a * a + 2),
      slope: (a) => (a * a - 2) / (a * a + 2) ** 2,
      c1: 1e-3,
      c2: 0.1,
    },
    "5.2": {
      value: (a) => (a + 0.004) ** 5 - 2 * (a + 0.004) ** 4,
      slope: (a) => 5 * (a + 0.004) ** 4 - 8 * (a + 0.004) ** 3,
      c1: 0.1,
      c2: 0.1,
    },
    quadratic: { value: (a) => (a - 3) ** 2, slope: (a) => 2 * (a - 3), c1: 1e-4, c2: 0.1 },
  };

function pointOn(line: { value(a: number): number; slope(a: number): number }, step: number): LinePoint {
  return { step, value: line.value(step), slope: line.slope(step) };
}

describe("searchLine", () => {
  for (const [name, line] of Object.entries(lines))
    for (const firstStep of [1e-3, 1e-1, 10, 1e3])
      test(`satisfies the strong Wolfe conditions on ${name} from ${firstStep}`, async () => {
        const start = pointOn(line, 0);
        const { best, evaluations } = await searchLine(start, async (step) => pointOn(line, step), {
          ...OPTIONS,
          c1: line.c1,
          c2: line.c2,
          firstStep,
        });
        expect(best).toBeDefined();
        const found = best as LinePoint;
        expect(found.value).toBeLessThanOrEqual(start.value + line.c1 * found.step * start.slope);
        expect(Math.abs(found.slope)).toBeLessThanOrEqual(line.c2 * Math.abs(start.slope));
        expect(evaluations).toBeLessThanOrEqual(12);
      });

  test("steps back from values that are not finite", async () => {
    const line = {
      value: (a: number) => (a > 1 ? Number.NaN : (a - 0.5) ** 2),
      slope: (a: number) => 2 * (a - 0.5),
    };
    const { best } = await searchLine(pointOn(line, 0), async (step) => pointOn(line, step), {
      ...OPTIONS,
      firstStep: 500,
    });
    expect(best?.value).toBeLessThan(0.25);
  });

  test("takes no point whose slope is not a number, however low it is", async () => {
    const line = { value: (a: number) => -a, slope: (a: number) => (a > 1 ? Number.NaN : -1) };
    const { best, isBestLast } = await searchLine(pointOn(line, 0), async (step) => pointOn(line, step), {
      ...OPTIONS,
      firstStep: 7,
    });
    expect(isBestLast).toBe(true);
    expect(best?.step).toBeCloseTo(0.7, 12);
  });

  test("before a cliff a decrease is enough", async () => {
    const line = { value: (a: number) => (a > 1 ? Number.POSITIVE_INFINITY : -a), slope: () => -1 };
    const { best, evaluations } = await searchLine(pointOn(line, 0), async (step) => pointOn(line, step), {
      ...OPTIONS,
      firstStep: 300,
    });
    expect(best?.step).toBeCloseTo(0.3, 12);
    expect(evaluations).toBe(4);
  });

  test("gives up on a rising line without a point", async () => {
    const line = { value: (a: number) => a, slope: () => -1 };
    const result = await searchLine(pointOn(line, 0), async (step) => pointOn(line, step), {
      ...OPTIONS,
      firstStep: 1,
    });
    expect(result.best).toBeUndefined();
    expect(result.evaluations).toBeLessThanOrEqual(40);
  });
});
