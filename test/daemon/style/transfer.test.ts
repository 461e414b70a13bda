import { beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../daemon/engine/engine.ts";
import { openOnnxEngine } from "../../../daemon/engine/onnx/onnx-engine.ts";
import { type Size, toBytes, toPlanes } from "../../../daemon/image/planes.ts";
import { openPicture } from "../../../daemon/image/source.ts";
import { untrainedNetwork } from "../../../daemon/network/untrained.ts";
import type { Pictures } from "../../../daemon/style/pictures.ts";
import { type Progress, Transfer } from "../../../daemon/style/transfer.ts";
import { ADAM } from "../../../shared/presets.ts";
import type { Recipe } from "../../../shared/recipe.ts";
import { held } from "../../support/checkpoints.ts";
import { smallPictures } from "../../support/pictures.ts";
import { realRecipe, smallRecipe } from "../../support/recipes.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const folder = temporaryFolder();
let engine: Engine<unknown>;
let pictures: Pictures;
let base: Recipe;
/** Of whose memory something is known. */
let real: Recipe;

beforeAll(async () => {
  engine = await openOnnxEngine(untrainedNetwork(0), { threads: 1 });
  const files = await smallPictures(folder);
  pictures = {
    content: await openPicture(files.content),
    styles: [await openPicture(files.style)],
    init: undefined,
  };
  real = realRecipe(files);
  base = smallRecipe(files, {
    schedule: {
      size: 64,
      stages: [
        { size: 40, iterations: 3 },
        { size: 64, iterations: 4 },
      ],
      iterations: 1,
      stopBelow: null,
    },
  });
});

async function runUntil(
  transfer: Transfer<unknown>,
  iteration = Number.POSITIVE_INFINITY,
): Promise<Progress[]> {
  const all: Progress[] = [];
  for await (const progress of transfer.run()) {
    all.push(progress);
    if (progress.iteration >= iteration) break;
  }
  return all;
}

describe("Transfer", () => {
  test("L-BFGS lowers the loss of the picture that is written, and that is what it reports", async () => {
    const schedule = { size: 48, stages: "single" as const, iterations: 20, stopBelow: null };
    const transfer = new Transfer(engine, { ...base, init: "noise", schedule }, pictures);
    const last = (await runUntil(transfer)).at(-1)?.loss.total as number;
    const picture = await transfer.picture();
    const atEnds = picture.data.filter((value) => value === 0 || value === 255).length;
    expect(atEnds).toBeGreaterThan(picture.data.length / 100);
    const written = toPlanes({ ...picture, data: toBytes(picture) });
    expect(Math.abs((await transfer.lossOf(written)).total / last - 1)).toBeLessThan(5e-3);
    await transfer.dispose();
  });

  const methods = {
    "L-BFGS": { optimizer: { kind: "lbfgs", pairs: 3 } },
    Adam: { optimizer: ADAM },
    "Light and dark alone": { optimizer: { kind: "lbfgs", pairs: 3 }, color: "luminance" },
  } as const;
  for (const [name, method] of Object.entries(methods))
    for (const stop of [2, 3, 5])
      test(`${name} goes on from a checkpoint at iteration ${stop} to the same bits`, async () => {
        const recipe: Recipe = { ...base, ...method };
        const whole = new Transfer(engine, recipe, pictures);
        await runUntil(whole);
        const first = new Transfer(engine, recipe, pictures);
        await runUntil(first, stop);
        const checkpoint = await held(await first.checkpoint());
        await first.dispose();

        const second = new Transfer(engine, recipe, pictures, checkpoint);
        const rest = await runUntil(second);
        expect(rest.map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4, 5, 6, 7].slice(stop));
        expect((await second.picture()).data).toEqual((await whole.picture()).data);
        await Promise.all([second.dispose(), whole.dispose()]);
      });

  test("ends a stage whose loss has stalled", async () => {
    const schedule = { size: 32, stages: "single", iterations: 200, stopBelow: 50 } as const;
    const transfer = new Transfer(engine, { ...base, schedule }, pictures);
    const all = await runUntil(transfer);
    expect(all.at(-1)?.isStageConverged).toBe(true);
    // By how much the last twenty iterations lowered the loss.
    const lowered = all
      .map(({ loss }) => loss.total)
      .flatMap((total, i, losses) => (i < 20 ? [] : 1 - total / (losses[i - 20] as number)));
    expect(lowered.length).toBeGreaterThan(1);
    expect(lowered.map((share) => share < 0.5)).toEqual(lowered.map((_, i) => i === lowered.length - 1));
    const checkpoint = await held(await transfer.checkpoint());
    await transfer.dispose();
    // Nothing is left to do, but under another objective.
    const next = () => new Transfer(engine, { ...base, schedule }, pictures, checkpoint);
    const [same, changed] = [next(), next()];
    expect(await runUntil(same)).toEqual([]);
    changed.change({ style: 5 });
    expect((await runUntil(changed)).length).toBeGreaterThan(5);
    await Promise.all([same.dispose(), changed.dispose()]);
  });

  test("automatic stages grow to the asked size by factors between √2 and 2", async () => {
    const { stagesOf } = await import("../../../daemon/style/schedule.ts");
    for (const size of [100, 256, 257, 300, 400, 512, 777, 1024, 2048, 5000]) {
      const square = { width: size, height: size };
      const stages = stagesOf({ size, stages: "auto", iterations: 100, stopBelow: null }, square);
      expect(stages.at(-1)?.size).toBe(size);
      expect(stages[0]?.size).toBeLessThanOrEqual(256);
      for (const [i, stage] of stages.slice(1).entries()) {
        const factor = stage.size / (stages[i]?.size ?? 0);
        expect(factor).toBeGreaterThan(1.4);
        expect(factor).toBeLessThan(2.02);
      }
    }
  });

  test("automatic stages of a panorama begin where its short side is large enough", async () => {
    const { stagesOf } = await import("../../../daemon/style/schedule.ts");
    const panorama = { width: 4000, height: 200 };
    const stagesAt = (size: number) =>
      stagesOf({ size, stages: "auto", iterations: 100, stopBelow: null }, panorama);
    expect(stagesAt(2048)).toEqual([
      { size: 512, iterations: 100 },
      { size: 1024, iterations: 50 },
      { size: 2048, iterations: 25 },
    ]);
    expect(stagesAt(320)).toEqual([{ size: 320, iterations: 100 }]);
  });

  test("keeps the picture of a stage when the next one cannot be opened, and goes on from it to the same bits", async () => {
    const small: Engine<unknown> = {
      ...engine,
      prepare: async (plan, size) => {
        if (size.width > 40) throw new Error("out of memory");
        return await engine.prepare(plan, size);
      },
    };
    const whole = new Transfer(engine, base, pictures);
    await runUntil(whole);
    const first = new Transfer(small, base, pictures);
    await expect(runUntil(first)).rejects.toThrow("out of memory");
    expect((await first.picture()).width).toBe(40);
    const checkpoint = await held(await first.checkpoint());
    expect(checkpoint).toMatchObject({ stage: 0, iteration: 3 });
    await first.dispose();
    const second = new Transfer(engine, base, pictures, checkpoint);
    expect((await runUntil(second)).map(({ iteration }) => iteration)).toEqual([4, 5, 6, 7]);
    expect((await second.picture()).data).toEqual((await whole.picture()).data);
    await Promise.all([second.dispose(), whole.dispose()]);
  });

  test("refuses what cannot fit into memory and says what would", async () => {
    const { checkMemory } = await import("../../../daemon/style/memory.ts");
    const styles = [{ height: 20_000, width: 20_000 }];
    const large = { height: 8000, width: 12000, styles };
    const small = { height: 300, width: 300, styles };
    const shared = { host: 3e9, device: "shared" } as const;
    expect(() => checkMemory(engine, real, large, shared)).toThrow(
      /12000×8000 needs about .* of memory .* --size 1\d\d\d would fit/,
    );
    expect(() => checkMemory(engine, real, small, shared)).not.toThrow();
    // A card's memory and the process's are two things, and either may be too small.
    const card = { host: 1e12, device: 3e9 };
    expect(() => checkMemory(engine, real, large, card)).toThrow(/ 3\.0 GB is free; .* would fit/);
    expect(() => checkMemory(engine, real, small, card)).not.toThrow();
    expect(() => checkMemory(engine, real, small, { host: 1e8, device: 3e9 })).toThrow(
      / of memory .*free some memory first/,
    );
    expect(() => checkMemory(engine, real, large, { host: 1e12, device: "unknown" })).not.toThrow();
    // Below it the network would lose a side: no size of a long picture is named that is refused in turn.
    const long = { height: 100, width: 12_000, styles: [] };
    expect(() => checkMemory(engine, real, long, { host: 5e8, device: "shared" })).toThrow(
      /12000×100 needs about .*free some memory first/,
    );
    // What no memory helps with.
    const { memoryModelOf } = await import("../../../daemon/engine/choice.ts");
    const huge = { host: 1e12, device: 1e12 };
    for (const [kind, largest] of [
      ["cuda", 5],
      ["webgpu", 4],
    ] as const)
      expect(() => checkMemory(memoryModelOf({ engine: "onnx", kind }), real, large, huge)).toThrow(
        new RegExp(`12000×8000 has more pixels than .* --size ${largest}\\d\\d\\d would fit`),
      );
  });

  test("memory that runs out is told with a size that may do, and no other error is taken for it", async () => {
    const { explainOutOfMemory } = await import("../../../daemon/style/memory.ts");
    const size = { height: 1000, width: 2000, styles: [] };
    for (const message of [
      "Failed to allocate memory for requested buffer of size 1073741824",
      "CUDA failure 2: out of memory",
      "CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED",
      "WebGPU validation failed. Buffer size (4294967296) exceeds the max buffer size limit (4294967292)",
      "std::bad_alloc",
    ])
      expect(String(explainOutOfMemory(new Error(message), engine, real, size))).toMatch(
        /the memory ran out at 2000×1000; --size 1\d\d\d would fit/,
      );
    const other = new Error("the node has no such input");
    expect(explainOutOfMemory(other, engine, real, size)).toBe(other);
    // A device whose memory ran out is not broken.
    const { DeviceError } = await import("../../../daemon/engine/device-error.ts");
    const cause = new Error("no session\nFailed to allocate memory for requested buffer of size 5");
    const full = new DeviceError("onnx/cuda does not work here: no session", { cause });
    expect(String(explainOutOfMemory(full, engine, real, size))).toMatch(/the memory ran out .* would fit/);
    const lost = new DeviceError("onnx/cuda does not work here: device lost", { cause: new Error("lost") });
    expect(explainOutOfMemory(lost, engine, real, size)).toBe(lost);
  });

  test("a panorama's estimate holds for styles that are less wide, as large as they are, and a usual picture's is as without", async () => {
    const { checkEvaluation, estimateRunBytes } = await import("../../../daemon/style/memory.ts");
    const { planOf } = await import("../../../daemon/style/loss.ts");
    const recipe: Recipe = { ...real, optimizer: ADAM };
    const of = (height: number, width: number, side = 4000) =>
      estimateRunBytes(engine, recipe, { height, width, styles: [{ height: side, width: side }] });
    const iterating = (height: number, width: number) =>
      engine.estimateBytes(planOf(real.objective), { height, width }) + 9 * 12 * height * width;
    expect(of(2000, 2000)).toBe(iterating(2000, 2000));
    expect(of(1334, 2000)).toBe(iterating(1334, 2000));
    expect(of(1125, 2000)).toBeLessThan(1.15 * iterating(1125, 2000));
    expect(of(500, 2000)).toBeGreaterThan(1.2 * iterating(500, 2000));
    // A style is never enlarged.
    expect(of(500, 2000, 128)).toBe(iterating(500, 2000));
    const [small, large] = [100, 4000].map((side) => ({ height: side, width: side })) as [Size, Size];
    const room = { host: 3e9, device: "shared" } as const;
    const check = (image: Size, style: Size) =>
      checkEvaluation(engine, real.objective, image, [small, style], room);
    expect(() => check(small, small)).not.toThrow();
    expect(() => check(large, small)).toThrow(/ of memory and 3\.0 GB is free; give smaller ones/);
    expect(() => check(small, large)).toThrow(/give smaller ones/);
  });
});
