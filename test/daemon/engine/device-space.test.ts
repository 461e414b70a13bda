import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostSpace } from "../../../daemon/engine/host-space.ts";
import { PROVIDERS } from "../../../daemon/engine/onnx/provider.ts";
import type { Session } from "../../../daemon/engine/onnx/session.ts";
import { hostTensor } from "../../../daemon/engine/onnx/tensors.ts";
import { Commands } from "../../../daemon/engine/onnx/vectors/commands.ts";
import { deviceSpace } from "../../../daemon/engine/onnx/vectors/device-space.ts";
import type { DeviceVector } from "../../../daemon/engine/onnx/vectors/device-vector.ts";
import { Kernels } from "../../../daemon/engine/onnx/vectors/kernels.ts";
import { multiplyingRows } from "../../../daemon/engine/onnx/vectors/operations.ts";
import type { VectorSpace } from "../../../daemon/engine/vector-space.ts";
import { normals } from "../../../daemon/random.ts";
import { Adam } from "../../../daemon/style/adam.ts";
import { Lbfgs } from "../../../daemon/style/lbfgs.ts";
import { amongGreys, type Evaluate, type Optimizer } from "../../../daemon/style/optimizer.ts";
import { cpuThroughCApi, hasCApi } from "../../support/c-api.ts";
import { heldState } from "../../support/checkpoints.ts";
import { swiftShader, withSwiftShader } from "../../support/swiftshader.ts";

const PATIENCE_MS = 120_000;
const SIZE = { height: 5, width: 7 };
const LENGTH = 3 * SIZE.height * SIZE.width;

describe.each([
  {
    name: withSwiftShader("WebGPU on SwiftShader"),
    open: () => PROVIDERS.swiftshader(0),
    dialect: "webgpu",
    isThere: swiftShader !== undefined,
  },
  { name: "the runtime's C API on the CPU", open: cpuThroughCApi, dialect: "cuda", isThere: hasCApi },
] as const)("vectors on $name", ({ open, dialect, isThere }) => {
  let kernels: Kernels;
  let commands: Commands;
  let device: VectorSpace<DeviceVector>;
  const host = hostSpace(LENGTH);

  beforeAll(() => {
    if (!isThere) return;
    kernels = new Kernels(open());
    commands = new Commands(kernels);
    device = deviceSpace(commands, SIZE, dialect);
  });
  afterAll(async () => {
    if (!isThere) return;
    await commands.drained();
    await kernels.release();
  });

  /** What a sequence of operations on three random vectors leaves, in a space. */
  async function worked<V>(space: VectorSpace<V>): Promise<{ vectors: Float32Array[]; dots: number[] }> {
    const [a, b, c] = [0, 1, 2].map((i) => space.fromHost(normals(9, i, LENGTH, 3))) as [V, V, V];
    const square = space.create();
    space.multiply(b, b, square);
    // Into one of its own terms, and of more terms than one graph takes.
    space.combine(
      Array.from({ length: 31 }, (_, i): [number, V] => [i - 14.5, [a, b, c][i % 3] as V]),
      a,
    );
    space.divideByRoot(a, square, 1e-2, c);
    space.clamp(c, -2, 2.5);
    const copy = space.create();
    space.copy(c, copy);
    space.toGrey(b);
    space.combine([], c);
    const pairs = [copy, a, b, square, c].map((v): [V, V] => [copy, v]);
    const dots = await space.dots([...pairs, [a, b]]);
    const vectors = [];
    for (const vector of [a, b, c, square, copy]) {
      vectors.push(await space.toHost(vector));
      space.free(vector);
    }
    return { vectors, dots };
  }

  test.skipIf(!isThere)(
    "give what vectors in memory give",
    async () => {
      const [there, here] = [await worked(device), await worked(host)];
      for (const [i, vector] of here.vectors.entries())
        for (const [j, value] of vector.entries()) expect(there.vectors[i]?.[j]).toBeCloseTo(value, 3);
      for (const [i, value] of here.dots.entries())
        expect(Math.abs((there.dots[i] as number) - value)).toBeLessThan(1e-5 * LENGTH);
    },
    PATIENCE_MS,
  );

  test.skipIf(!isThere)(
    "are the same when graphs are opened again all the time",
    async () => {
      const few = new Kernels(open(), 1);
      expect(await worked(deviceSpace(new Commands(few), SIZE, dialect))).toEqual(await worked(device));
      await few.release();
    },
    PATIENCE_MS,
  );

  /** Losses of an optimiser on Σ wᵢ(xᵢ − tᵢ)², half of its iterations before a checkpoint and half after it. */
  async function lossesOf<V>(
    space: VectorSpace<V>,
    create: typeof createLbfgs<V>,
    isGrey = false,
  ): Promise<number[]> {
    const weights = space.fromHost(Float32Array.from({ length: LENGTH }, (_, i) => 1 + (i % 7)));
    const target = space.fromHost(normals(4, 0, LENGTH, 20).map((value) => value + 128));
    const evaluate: Evaluate<V, null> = async (point, gradient) => {
      const difference = space.create();
      space.combine(
        [
          [1, point],
          [-1, target],
        ],
        difference,
      );
      space.multiply(difference, weights, gradient);
      const sum = space.dots([[difference, gradient]]);
      space.combine([[2, gradient]], gradient);
      const [total = 0] = await sum;
      space.free(difference);
      return { total, terms: null };
    };
    const asked = isGrey ? amongGreys(space, evaluate) : evaluate;
    const begin = () => create(space, space.fromHost(new Float32Array(LENGTH).fill(100)), asked);
    const losses: number[] = [];
    let optimizer = begin();
    for (let i = 0; i < 5; i++) losses.push((await optimizer.step()).loss.total);
    const saved = await heldState(optimizer.save());
    optimizer.dispose();
    optimizer = begin();
    await optimizer.restore(saved);
    for (let i = 0; i < 5; i++) losses.push((await optimizer.step()).loss.total);
    optimizer.dispose();
    return losses;
  }

  test.skipIf(!isThere).each([
    ["L-BFGS", createLbfgs, false],
    ["Adam", createAdam, false],
    ["L-BFGS among greys", createLbfgs, true],
  ] as const)(
    "%s takes the same way there, over a checkpoint too",
    async (_name, create, isGrey) => {
      const [there, here] = [await lossesOf(device, create, isGrey), await lossesOf(host, create, isGrey)];
      expect(here.at(-1)).toBeLessThan((isGrey ? 0.95 : 0.5) * (here[0] as number));
      for (const [i, loss] of here.entries())
        expect(Math.abs((there[i] as number) - loss)).toBeLessThan(1e-3 * (here[0] as number));
    },
    PATIENCE_MS,
  );

  test.skipIf(!isThere)(
    "L-BFGS goes on from a checkpoint to the same bits, whose products come in other blocks",
    async () => {
      // As wide as a library needs to choose its ways by the number of vectors.
      const size = { height: 12, width: 40 };
      const length = 3 * size.height * size.width;
      const others = new Kernels(open());
      const own = new Commands(others);
      const space = deviceSpace(own, size, dialect);
      const weights = space.fromHost(Float32Array.from({ length }, (_, i) => 1 + (i % 97)));
      const evaluate: Evaluate<DeviceVector, null> = async (point, gradient) => {
        space.multiply(point, weights, gradient);
        const [twice = 0] = await space.dots([[point, gradient]]);
        return { total: twice / 2, terms: null };
      };
      const begin = () => createLbfgs(space, space.fromHost(normals(5, 0, length, 20)), evaluate);
      const losses = async (optimizer: Optimizer<DeviceVector, null>, count: number) => {
        const all: number[] = [];
        for (let i = 0; i < count; i++) all.push((await optimizer.step()).loss.total);
        return all;
      };
      const [whole, resumed] = [begin(), begin()];
      await losses(whole, 7);
      await resumed.restore(whole.save());
      expect(await losses(resumed, 6)).toEqual(await losses(whole, 6));
      for (const optimizer of [whole, resumed]) optimizer.dispose();
      space.free(weights);
      await own.drained();
      await others.release();
    },
    PATIENCE_MS,
  );

  test.skipIf(!isThere)(
    "products of more vectors than one operation takes are of before what is written after them",
    async () => {
      const vectors = Array.from({ length: 30 }, (_, i) => device.fromHost(normals(6, i, LENGTH, 3)));
      const pairs = vectors.flatMap((left) => vectors.map((right) => [left, right] as const));
      const wanted = await device.dots(pairs);
      const asked = device.dots(pairs);
      for (const vector of vectors) device.combine([], vector);
      expect(await asked).toEqual(wanted);
      for (const vector of vectors) device.free(vector);
    },
    PATIENCE_MS,
  );

  test.skipIf(!isThere)(
    "a command that fails is told of by the next answer, and by all after it",
    async () => {
      const broken = new Commands(kernels);
      const space = deviceSpace(broken, SIZE, dialect);
      void broken.enqueue(async () => await Promise.reject(new Error("the device is gone")));
      const vector = space.create();
      space.copy(vector, vector);
      await expect(space.dots([[vector, vector]])).rejects.toThrow("the device is gone");
      await expect(space.toHost(vector)).rejects.toThrow("the device is gone");
      await broken.drained();
    },
  );

  test.skipIf(!isThere || dialect !== "cuda")(
    "an answer is read into the memory that it is given",
    async () => {
      const vector = device.fromHost(new Float32Array(LENGTH).fill(2));
      const into = hostTensor([1, 3 * SIZE.height]);
      const rows = multiplyingRows([1, 3, SIZE.height, SIZE.width], 1, 1, dialect);
      expect((await commands.read(rows, [vector, vector], into)).data).toBe(into.data);
      expect([...into.data]).toEqual(Array.from(into.data, () => 4 * SIZE.width));
      device.free(vector);
    },
  );

  /** Kernels that count their graphs, and the runs of these. */
  function countedKernels(): { counting: Kernels; graphs: () => number; runs: () => number } {
    let [graphs, runs] = [0, 0];
    const provider = open();
    const counting = new Kernels({
      ...provider,
      open: async (...given) => {
        graphs++;
        const session = await provider.open(...given);
        const run: Session["run"] = async (...feeds) => {
          runs++;
          return await session.run(...feeds);
        };
        return { holdsResults: session.holdsResults, run, release: async () => await session.release() };
      },
    });
    return { counting, graphs: () => graphs, runs: () => runs };
  }

  test.skipIf(!isThere)("what is asked for at the same time is one run with what was written", async () => {
    const { counting, runs } = countedKernels();
    const own = new Commands(counting);
    const space = deviceSpace(own, SIZE, dialect);
    const [vector, square] = [space.fromHost(normals(4, 0, LENGTH, 20)), space.create()];
    space.multiply(vector, vector, square);
    const asked = [space.toHost(vector), space.toHost(square)] as const;
    const sum = space.dots([[vector, vector]]);
    // After it was asked for, so that the answer is of before.
    space.combine([[0, vector]], vector);
    expect(runs()).toBe(0);
    const [values, squares] = await Promise.all(asked);
    expect((await sum)[0]).toBeCloseTo(
      squares.reduce((all, one) => all + one, 0),
      0,
    );
    for (const [i, value] of values.entries()) expect(squares[i]).toBeCloseTo(value * value, 2);
    // The vector is brought there before.
    expect(runs()).toBe(2);
    expect((await space.toHost(vector)).every((value) => value === 0)).toBe(true);
    for (const each of [vector, square]) space.free(each);
    await own.drained();
    await counting.release();
  });

  /** Runs of graphs per iteration of an optimiser on Σ wᵢxᵢ², beside one for its evaluation. */
  async function runsPerIteration(create: typeof createLbfgs): Promise<number> {
    const { counting, runs } = countedKernels();
    const own = new Commands(counting);
    const space = deviceSpace(own, SIZE, dialect);
    const weights = space.fromHost(Float32Array.from({ length: LENGTH }, (_, i) => 2 * (1 + (i % 7))));
    const evaluate: Evaluate<DeviceVector, null> = async (point, gradient) => {
      // What stands for the evaluation is a graph of its own.
      void own.enqueue(async () => {});
      space.multiply(point, weights, gradient);
      void own.enqueue(async () => {});
      const [twice = 0] = await space.dots([[point, gradient]]);
      return { total: twice / 2, terms: null };
    };
    const optimizer = create(space, space.fromHost(normals(4, 0, LENGTH, 20)), evaluate);
    for (let i = 0; i < 2; i++) await optimizer.step();
    const before = runs();
    const { evaluations } = await optimizer.step();
    expect(evaluations).toBe(1);
    const result = runs() - before;
    optimizer.dispose();
    space.free(weights);
    await own.drained();
    await counting.release();
    return result - 1;
  }

  test.skipIf(!isThere)(
    "arithmetic between two answers is one run",
    async () => {
      // What gives the point, and what is asked of loss and gradient.
      expect(await runsPerIteration(createLbfgs)).toBe(2);
      expect(await runsPerIteration(createAdam)).toBe(2);
    },
    PATIENCE_MS,
  );

  test.skipIf(!isThere)(
    "a number of vectors that another one's graph takes gets none of its own",
    async () => {
      const { counting, graphs } = countedKernels();
      const own = new Commands(counting);
      const space = deviceSpace(own, SIZE, dialect);
      const vectors = Array.from({ length: 12 }, (_, i) => space.fromHost(normals(4, i, LENGTH, 20)));
      const [written, read] = vectors as [DeviceVector, DeviceVector];
      /** Products of a vector that was just written and one that was not with some, as L-BFGS asks for them. */
      const dotsWith = async (count: number) => {
        space.multiply(written, read, written);
        const partners = vectors.slice(0, count);
        await space.dots([written, read].flatMap((left) => partners.map((right) => [left, right] as const)));
        return graphs();
      };
      const after = [await dotsWith(7), await dotsWith(9), await dotsWith(12)];
      expect(after).toEqual([after[0], after[0], after[0]]);
      for (const vector of vectors) space.free(vector);
      await own.drained();
      await counting.release();
    },
    PATIENCE_MS,
  );
});

function createLbfgs<V>(space: VectorSpace<V>, start: V, evaluate: Evaluate<V, null>): Optimizer<V, null> {
  return new Lbfgs(space, start, evaluate, { pairs: 3, firstMove: 2 });
}

function createAdam<V>(space: VectorSpace<V>, start: V, evaluate: Evaluate<V, null>): Optimizer<V, null> {
  return new Adam(space, start, evaluate, { learningRate: 5, beta1: 0.9, beta2: 0.99, averaging: 0.9 });
}
