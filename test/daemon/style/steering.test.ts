import { beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../daemon/engine/engine.ts";
import { openOnnxEngine } from "../../../daemon/engine/onnx/onnx-engine.ts";
import { untrainedNetwork } from "../../../daemon/network/untrained.ts";
import type { Checkpoint } from "../../../daemon/style/checkpoint.ts";
import { openPictures, type Pictures } from "../../../daemon/style/pictures.ts";
import { recipeAt, steer } from "../../../daemon/style/steering.ts";
import { Transfer } from "../../../daemon/style/transfer.ts";
import type { ControlValues, TimelineEntry } from "../../../shared/controls.ts";
import { ADAM } from "../../../shared/presets.ts";
import type { Recipe } from "../../../shared/recipe.ts";
import { held } from "../../support/checkpoints.ts";
import { smallPictures } from "../../support/pictures.ts";
import { smallRecipe } from "../../support/recipes.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const folder = temporaryFolder();
let engine: Engine<unknown>;
let pictures: Pictures;
let recipe: Recipe;

beforeAll(async () => {
  engine = await openOnnxEngine(untrainedNetwork(0), { threads: 1 });
  const files = await smallPictures(folder);
  recipe = smallRecipe(files, {
    styles: [
      { file: files.style, weight: 1 },
      { file: files.content, weight: 1 },
    ],
    schedule: {
      size: 56,
      stages: [
        { size: 40, iterations: 4 },
        { size: 56, iterations: 4 },
      ],
      iterations: 1,
      stopBelow: null,
    },
  });
  pictures = await openPictures(recipe);
});

/** Changes handed over live, after the iterations they are listed under. */
function live(changes: Readonly<Record<number, ControlValues>>) {
  const given = new Set<number>();
  return {
    onIteration: () => {},
    nextChange: async (iteration: number) => {
      if (given.has(iteration)) return undefined;
      given.add(iteration);
      return await Promise.resolve(changes[iteration]);
    },
  };
}

async function finish(transfer: Transfer<unknown>, timeline: TimelineEntry[], startsAt: number) {
  for await (const _ of steer(transfer, timeline, startsAt));
  const { data } = await transfer.picture();
  await transfer.dispose();
  return data;
}

const CHANGES = {
  2: { style: 3, "style.conv2_1": 0.5 },
  4: { "blend.2": 0, tv: 1e-3 },
  6: { content: 2 },
};

/** Before, at and after changes, at the end of a stage and within the next. */
const STOPS = [1, 2, 4, 5, 7];

describe("changing controls while a picture is made", () => {
  test("changes the picture", async () => {
    const untouched = await finish(new Transfer(engine, recipe, pictures), [], 0);
    const changed = new Transfer(engine, recipe, pictures);
    for await (const _ of steer(changed, [], 0, live({ 2: { style: 3 } })));
    expect((await changed.picture()).data).not.toEqual(untouched);
    await changed.dispose();
  });

  for (const optimizer of [{ kind: "lbfgs", pairs: 3 }, ADAM] as const) {
    test(`${optimizer.kind}: a replay of the timeline gives the same bits`, async () => {
      const first = new Transfer(engine, { ...recipe, optimizer }, pictures);
      const timeline: TimelineEntry[] = [];
      for await (const _ of steer(first, timeline, 0, live(CHANGES)));
      expect(timeline.map(({ iteration }) => iteration)).toEqual([2, 4, 6]);
      const made = (await first.picture()).data;
      await first.dispose();
      expect(await finish(new Transfer(engine, { ...recipe, optimizer }, pictures), timeline, 0)).toEqual(
        made,
      );
    });

    test(`${optimizer.kind}: a live change stays, whatever was to come of its control`, async () => {
      const own: Recipe = { ...recipe, optimizer };
      const ahead = [{ iteration: 4, changes: { style: 9, content: 2 } }];
      const first = new Transfer(engine, own, pictures);
      for await (const _ of steer(first, ahead, 0, live({ 2: { style: 3 } })));
      expect(ahead).toEqual([
        { iteration: 2, changes: { style: 3 } },
        { iteration: 4, changes: { content: 2 } },
      ]);
      expect(first.recipe).toMatchObject({ styleWeight: 3, contentWeight: 2 });
      const made = (await first.picture()).data;
      await first.dispose();
      expect(await finish(new Transfer(engine, own, pictures), ahead, 0)).toEqual(made);
    });

    test(`${optimizer.kind}: a checkpoint at any iteration goes on to the same bits`, async () => {
      const own: Recipe = { ...recipe, optimizer };
      const timeline: TimelineEntry[] = Object.entries(CHANGES).map(([iteration, changes]) => ({
        iteration: Number(iteration),
        changes,
      }));
      const checkpoints = new Map<number, Checkpoint>();
      const first = new Transfer(engine, own, pictures);
      for await (const { iteration } of steer(first, [...timeline], 0))
        if (STOPS.includes(iteration)) checkpoints.set(iteration, await held(await first.checkpoint()));
      const whole = (await first.picture()).data;
      await first.dispose();
      expect([...checkpoints.keys()]).toEqual(STOPS);
      for (const [stop, checkpoint] of checkpoints) {
        const second = new Transfer(engine, recipeAt(own, timeline, stop), pictures, checkpoint);
        expect(await finish(second, [...timeline], stop), `from iteration ${stop}`).toEqual(whole);
      }
    });

    test(`${optimizer.kind}: beginning afresh from a picture equals a restart at that iteration`, async () => {
      const own: Recipe = { ...recipe, optimizer };
      const restarted: TimelineEntry[] = [
        { iteration: 3, changes: {} },
        { iteration: 3, changes: { style: 2 } },
      ];
      const whole = await finish(new Transfer(engine, own, pictures), [...restarted], 0);
      const first = new Transfer(engine, own, pictures);
      let from: Checkpoint | undefined;
      for await (const { iteration } of steer(first, [], 0)) {
        if (iteration < 3) continue;
        const { data } = await first.picture();
        from = { ...(await first.checkpoint()), recent: [], optimizer: { picture: data.slice() } };
        break;
      }
      await first.dispose();
      const second = new Transfer(engine, own, pictures, from);
      expect(await finish(second, restarted, 3)).toEqual(whole);
    });
  }

  test("beginning afresh where a stage had converged goes on with it, in a replay as well", async () => {
    const schedule = { size: 40, stages: [{ size: 40, iterations: 60 }], iterations: 1, stopBelow: 60 };
    const own: Recipe = { ...recipe, schedule };
    const first = new Transfer(engine, own, pictures);
    let converged = 0;
    for await (const { iteration } of first.run()) converged = iteration;
    expect(converged).toBeLessThan(60);
    const { data } = await first.picture();
    const counts = { ...first.counts, recent: [] };
    await first.dispose();
    const timeline = [{ iteration: converged, changes: {} }];
    const whole = new Transfer(engine, own, pictures);
    const replayed = await finish(whole, [...timeline], 0);
    expect(whole.counts.iteration).toBeGreaterThan(converged);
    // With what is kept of a picture that was saved after a change at that iteration, and with what is kept before one.
    for (const isStageConverged of [false, true]) {
      const from = { ...counts, isStageConverged, optimizer: { picture: data.slice() } };
      const second = new Transfer(engine, own, pictures, from);
      expect(await finish(second, [...timeline], converged)).toEqual(replayed);
    }
  });

  test("an unknown control is refused by name, a value out of range with its range", async () => {
    const transfer = new Transfer(engine, recipe, pictures);
    expect(() => transfer.change({ styel: 1 })).toThrow(
      /no control "styel".*content, style, content.conv2_2/,
    );
    expect(() => transfer.change({ style: -1 })).toThrow("style = -1: expected a number from 0 to");
    expect(() => transfer.change({ learningRate: 1 })).toThrow(/no control "learningRate"/);
    expect(() => transfer.change({ "blend.1": 0, "blend.2": 0 })).toThrow(/all shares .* would be 0/);
    await transfer.dispose();
  });
});
