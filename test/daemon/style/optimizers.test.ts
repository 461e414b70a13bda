import { describe, expect, test } from "vitest";
import { hostSpace } from "../../../daemon/engine/host-space.ts";
import { Adam } from "../../../daemon/style/adam.ts";
import { Lbfgs } from "../../../daemon/style/lbfgs.ts";
import { NonFiniteLossError } from "../../../daemon/style/loss.ts";
import type { Evaluate, Optimizer } from "../../../daemon/style/optimizer.ts";
import reference from "../../fixtures/scipy-lbfgs.json" with { type: "json" };
import { heldState } from "../../support/checkpoints.ts";

type Problem = (x: Float32Array, gradient: Float32Array) => number;

const problems: Record<string, { start: number[]; loss: Problem }> = {
  quadratic: {
    start: Array.from({ length: 100 }, () => 1),
    loss: (x, gradient) =>
      x.reduce((sum, value, i) => {
        const curvature = 10 ** ((3 * i) / 99);
        gradient[i] = curvature * value;
        return sum + 0.5 * curvature * value * value;
      }, 0),
  },
  // Ten valleys of different starts and depths, without the chained form's false minimum.
  rosenbrock: {
    start: Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? -1.2 + 0.05 * i : 1)),
    loss: (x, gradient) => {
      let sum = 0;
      for (let i = 0; i < x.length; i += 2) {
        const [a, b] = [x[i] as number, x[i + 1] as number];
        const depth = 1 + i / 2;
        sum += depth * (100 * (b - a * a) ** 2 + (1 - a) ** 2);
        gradient[i] = depth * (-400 * a * (b - a * a) - 2 * (1 - a));
        gradient[i + 1] = depth * 200 * (b - a * a);
      }
      return sum;
    },
  },
};

function counted(loss: Problem): { evaluate: Evaluate<Float32Array, null>; losses: number[] } {
  const losses: number[] = [];
  return {
    losses,
    evaluate: async (x, gradient) => {
      const total = loss(x, gradient);
      losses.push(total);
      return { total, terms: null };
    },
  };
}

function lbfgs(start: number[], evaluate: Evaluate<Float32Array, null>, pairs = 10) {
  const space = hostSpace(start.length);
  return new Lbfgs(space, Float32Array.from(start), evaluate, { pairs, firstMove: 0.1 });
}

async function stepUntil(optimizer: Optimizer<Float32Array, null>, done: () => boolean): Promise<void> {
  while (!done()) {
    const { isConverged } = await optimizer.step();
    if (isConverged) return;
  }
}

describe("L-BFGS", () => {
  for (const [name, { start, loss }] of Object.entries(problems))
    test(`after 50 evaluations of ${name} is at most 2 % above SciPy's`, async () => {
      const { evaluate, losses } = counted(loss);
      await stepUntil(lbfgs(start, evaluate), () => losses.length >= 50);
      const best = Math.min(...losses.slice(0, 50));
      // Below float32's resolution of the starting loss both are at the minimum.
      const resolution = 1e-9 * (losses[0] as number);
      expect(best).toBeLessThanOrEqual(
        Math.max(1.02 * reference[name as keyof typeof reference], resolution),
      );
    });

  test("an objective that is multiplied as a whole takes the same way", async () => {
    const { start, loss } = problems["rosenbrock"] as (typeof problems)[string];
    const afterTurn = async (factor: number) => {
      let weight = 1;
      const { evaluate } = counted((x, gradient) => {
        const total = weight * loss(x, gradient);
        for (const [i, value] of gradient.entries()) gradient[i] = weight * value;
        return total;
      });
      const optimizer = lbfgs(start, evaluate);
      for (let i = 0; i < 8; i++) await optimizer.step();
      weight = factor;
      optimizer.objectiveChanged();
      for (let i = 0; i < 8; i++) await optimizer.step();
      return optimizer.result;
    };
    // Powers of two change no digit.
    expect(await afterTurn(1024)).toEqual(await afterTurn(1));
  });

  test("weights that are turned again and again cost it little of what it learned", async () => {
    const curvatures = Array.from({ length: 100 }, (_, i) => [10 ** ((3 * i) / 99), 1 + (i % 7)] as const);
    let weight = 1;
    // One term pulls to 0, the other to 1.
    const { evaluate } = counted((x, gradient) =>
      curvatures.reduce((sum, [first, second], i) => {
        const [a, b] = [first, weight * second];
        const value = x[i] as number;
        gradient[i] = a * value + b * (value - 1);
        return sum + 0.5 * (a * value ** 2 + b * (value - 1) ** 2);
      }, 0),
    );
    const lowest = () =>
      curvatures.reduce((sum, [a, second]) => {
        const b = weight * second;
        return sum + (0.5 * a * b) / (a + b);
      }, 0);
    type Turn = (optimizer: ReturnType<typeof lbfgs>) => typeof optimizer;
    const excessAfterTurns = async (iterations: number, turn: Turn) => {
      weight = 1;
      let optimizer = lbfgs(new Array<number>(100).fill(3), evaluate);
      for (let i = 0; i < iterations; i++) await optimizer.step();
      let total = 0;
      for (let turns = 0; turns < 5; turns++) {
        weight *= 1.2;
        optimizer = turn(optimizer);
        for (let i = 0; i < 3; i++) ({ total } = (await optimizer.step()).loss);
      }
      return total - lowest();
    };
    const goOn: Turn = (optimizer) => {
      optimizer.objectiveChanged();
      return optimizer;
    };
    const beginAfresh: Turn = ({ result }) => lbfgs([...result], evaluate);
    // On the way, and where the gradient has become nothing but rounding.
    for (const iterations of [30, 150]) {
      const [kept, afresh] = [
        await excessAfterTurns(iterations, goOn),
        await excessAfterTurns(iterations, beginAfresh),
      ];
      expect(kept).toBeLessThan(afresh / 3);
    }
  });

  test("counts every evaluation", async () => {
    const { evaluate, losses } = counted(problems["rosenbrock"]?.loss as Problem);
    const optimizer = lbfgs([-1.2, 1], evaluate);
    let evaluations = 0;
    for (let i = 0; i < 10; i++) evaluations += (await optimizer.step()).evaluations;
    expect(evaluations).toBe(losses.length);
  });

  test("says when it cannot get any lower", async () => {
    const { evaluate } = counted((x, gradient) => {
      gradient.fill(0);
      return x.length;
    });
    expect((await lbfgs([1, 2, 3], evaluate).step()).isConverged).toBe(true);
  });

  test("a loss that is NaN at the start is an error that says so", async () => {
    const { evaluate } = counted(() => Number.NaN);
    await expect(lbfgs([1, 2], evaluate).step()).rejects.toThrow(NonFiniteLossError);
  });

  test("where its direction leads nowhere lower it goes on along the gradient", async () => {
    const [first, second] = [1, 100];
    let isBlocked = false;
    const { evaluate } = counted((x, gradient) => {
      const [a, b] = [x[0] as number, x[1] as number];
      gradient.set([first * a, second * b]);
      const [fromA, fromB] = optimizer.result as unknown as [number, number];
      const aside = (a - fromA) * second * fromB - (b - fromB) * first * fromA;
      return isBlocked && Math.abs(aside) > 1e-3 ? 1e9 : (first * a * a + second * b * b) / 2;
    });
    const optimizer = lbfgs([50, 3], evaluate);
    const before = [await optimizer.step(), await optimizer.step()].at(-1)?.loss.total as number;
    isBlocked = true;
    const { loss, isConverged } = await optimizer.step();
    expect(isConverged).toBe(false);
    expect(loss.total).toBeLessThan(before);
  });

  test("a loss that becomes NaN is an error, and not the end", async () => {
    let isBroken = false;
    const { start, loss } = problems["rosenbrock"] as (typeof problems)[string];
    const { evaluate } = counted((x, gradient) => (isBroken ? Number.NaN : loss(x, gradient)));
    const optimizer = lbfgs(start, evaluate);
    await optimizer.step();
    isBroken = true;
    await expect(optimizer.step()).rejects.toThrow(NonFiniteLossError);
  });
});

describe("Adam", () => {
  test("moves by the learning rate at first and stays in 0..255", async () => {
    const { evaluate } = counted((x, gradient) => {
      gradient.set([3, -5000]);
      return x[0] as number;
    });
    const options = { learningRate: 2, beta1: 0.9, beta2: 0.999, averaging: 0 };
    const adam = new Adam(hostSpace(2), Float32Array.of(100, 254.5), evaluate, options);
    await adam.step();
    expect(adam.result[0]).toBeCloseTo(98, 4);
    expect(adam.result[1]).toBe(255);
  });

  test("shows the bias-corrected average of the iterates", async () => {
    const { evaluate } = counted((_x, gradient) => {
      gradient[0] = 1;
      return 1;
    });
    const options = { learningRate: 1, beta1: 0, beta2: 0, averaging: 0.5 };
    const adam = new Adam(hostSpace(1), Float32Array.of(100), evaluate, options);
    for (let i = 0; i < 3; i++) await adam.step();
    // Iterates 99, 98, 97 with weights ⅛, ¼, ½ over ⅞.
    expect(adam.result[0]).toBeCloseTo((99 / 8 + 98 / 4 + 97 / 2) / (7 / 8), 3);
  });

  test("goes back to the last good point when the loss becomes infinite", async () => {
    let calls = 0;
    const { evaluate } = counted((_x, gradient) => {
      gradient[0] = 1;
      return ++calls === 3 ? Number.POSITIVE_INFINITY : 1;
    });
    const options = { learningRate: 1, beta1: 0.9, beta2: 0.99, averaging: 0 };
    const adam = new Adam(hostSpace(1), Float32Array.of(50), evaluate, options);
    await adam.step();
    await adam.step();
    await expect(adam.step()).rejects.toThrow(NonFiniteLossError);
    expect(adam.result[0]).toBeCloseTo(49, 4);
    // Saved is the point after the last iteration: whoever goes on from it takes the same way.
    const bad = counted(() => Number.POSITIVE_INFINITY).evaluate;
    const resumed = new Adam(hostSpace(1), Float32Array.of(0), bad, options);
    await resumed.restore(adam.save());
    await expect(resumed.step()).rejects.toThrow(NonFiniteLossError);
    expect(resumed.result[0]).toBeCloseTo(48, 4);
  });
});

describe("restored from a saved state", () => {
  const { start, loss } = problems["rosenbrock"] as (typeof problems)[string];
  const options = { learningRate: 0.01, beta1: 0.9, beta2: 0.99, averaging: 0.9 };
  const kinds = {
    "L-BFGS": (evaluate: Evaluate<Float32Array, null>, from: number[]) => lbfgs(from, evaluate, 5),
    Adam: (evaluate: Evaluate<Float32Array, null>, from: number[]) =>
      new Adam(hostSpace(from.length), Float32Array.from(from), evaluate, options),
  };
  for (const [name, create] of Object.entries(kinds))
    for (const isTurned of [false, true])
      test(`${name} goes on to the same bits${isTurned ? ", under another objective too" : ""}`, async () => {
        const later = (x: Float32Array, gradient: Float32Array) => {
          const total = loss(x, gradient);
          if (!isTurned) return total;
          for (const [i, value] of x.entries()) gradient[i] = (gradient[i] as number) + 9 * value;
          return total + x.reduce((sum, value) => sum + 4.5 * value ** 2, 0);
        };
        let problem: Problem = loss;
        const whole = create(counted((x, gradient) => problem(x, gradient)).evaluate, start);
        for (let i = 0; i < 8; i++) await whole.step();
        const state = await heldState(whole.save());
        problem = later;
        if (isTurned) whole.objectiveChanged();
        for (let i = 0; i < 8; i++) await whole.step();

        const resumed = create(
          counted(later).evaluate,
          start.map(() => 0),
        );
        await resumed.restore(state);
        if (isTurned) resumed.objectiveChanged();
        for (let i = 0; i < 8; i++) await resumed.step();
        expect(resumed.result).toEqual(whole.result);
      });
});
