import { beforeAll, describe, expect, test } from "vitest";
import { openOnnxEngine } from "../../../daemon/engine/onnx/onnx-engine.ts";
import { loadTensorflow } from "../../../daemon/engine/tfjs/tensorflow.ts";
import { openTfjsEngine } from "../../../daemon/engine/tfjs/tfjs-engine.ts";
import { openPicture } from "../../../daemon/image/source.ts";
import { untrainedNetwork } from "../../../daemon/network/untrained.ts";
import type { Pictures } from "../../../daemon/style/pictures.ts";
import { Transfer } from "../../../daemon/style/transfer.ts";
import { ADAM } from "../../../shared/presets.ts";
import type { Recipe } from "../../../shared/recipe.ts";
import { held } from "../../support/checkpoints.ts";
import { smallPictures } from "../../support/pictures.ts";
import { realRecipe, smallRecipe } from "../../support/recipes.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { hasTensorflow, withTensorflow } from "../../support/tensorflow.ts";

const folder = temporaryFolder();
let files: { content: string; style: string };
let pictures: Pictures;

beforeAll(async () => {
  files = await smallPictures(folder);
  pictures = {
    content: await openPicture(files.content),
    styles: [await openPicture(files.style)],
    init: undefined,
  };
});

const OPTIMIZERS = [{ kind: "lbfgs", pairs: 3 }, ADAM] as const;

describe.skipIf(!hasTensorflow)(withTensorflow("a picture made with tfjs"), async () => {
  if (!hasTensorflow) return;
  const network = untrainedNetwork(0);
  const engine = await openTfjsEngine(network, {});
  const { tf } = await loadTensorflow();

  async function runTo(transfer: Transfer<unknown>, iteration: number): Promise<void> {
    for await (const progress of transfer.run()) if (progress.iteration >= iteration) return;
  }

  const real = (optimizer: Recipe["optimizer"]) => realRecipe(files, { iterations: 30, size: 96, optimizer });

  /** The picture on both engines, and its loss. */
  async function onBothEngines(recipe: Recipe) {
    const results: { data: Float32Array; loss: number }[] = [];
    for (const one of [engine, await openOnnxEngine(network, {})]) {
      const transfer = new Transfer<unknown>(one, recipe, pictures);
      let loss = Number.NaN;
      for await (const progress of transfer.run()) loss = progress.loss.total;
      results.push({ data: (await transfer.picture()).data, loss });
      await transfer.dispose();
    }
    return results as [{ data: Float32Array; loss: number }, { data: Float32Array; loss: number }];
  }

  test("Adam: after 30 iterations within one level of onnx's", async () => {
    const [own, other] = await onBothEngines(real(ADAM));
    const distance = own.data.reduce((sum, value, i) => sum + Math.abs(value - (other.data[i] as number)), 0);
    expect(distance / own.data.length).toBeLessThanOrEqual(1);
    expect(own.loss / other.loss).toBeCloseTo(1, 2);
  });

  test("light and dark alone: in the photo's colours as with onnx", async () => {
    const recipe = smallRecipe(files, { iterations: 10, optimizer: ADAM, color: "luminance" });
    const [own, other] = await onBothEngines(recipe);
    const distance = own.data.reduce((sum, value, i) => sum + Math.abs(value - (other.data[i] as number)), 0);
    expect(distance / own.data.length).toBeLessThanOrEqual(0.1);
  });

  // Its steps multiply differences: two runs of one engine whose starts differ by 1e-7 part as far as these.
  test("L-BFGS: after 30 iterations as good as onnx", async () => {
    const [own, other] = await onBothEngines(real({ kind: "lbfgs", pairs: 3 }));
    expect(Math.abs(own.loss / other.loss - 1)).toBeLessThanOrEqual(0.05);
  });

  // So many pairs that their products come in several blocks.
  test.each([{ kind: "lbfgs", pairs: 10 }, ADAM] as const)(
    "$kind: goes on from a checkpoint to the same bits",
    async (optimizer) => {
      const recipe = smallRecipe(files, { iterations: 12, optimizer });
      const whole = new Transfer(engine, recipe, pictures);
      await runTo(whole, 12);
      const first = new Transfer(engine, recipe, pictures);
      await runTo(first, 9);
      const checkpoint = await held(await first.checkpoint());
      const second = new Transfer(engine, recipe, pictures, checkpoint);
      await runTo(second, 12);
      expect((await second.picture()).data).toEqual((await whole.picture()).data);
      await Promise.all([whole.dispose(), first.dispose(), second.dispose()]);
    },
  );

  test.each(OPTIMIZERS)(
    "$kind: 1000 iterations with changes hold no tensor more than the first",
    async (optimizer) => {
      const objective = {
        pool: "max",
        content: { conv1_2: 1 },
        contentForm: "relative",
        style: { conv1_1: 1, conv2_1: 1 },
        styleForm: "relative",
        tv: 1e-6,
        tvForm: "power-1.25",
      } as const;
      const recipe = smallRecipe(files, { iterations: 1000, size: 16, optimizer, objective });
      const before = tf.memory().numTensors;
      const transfer = new Transfer(engine, recipe, pictures);
      const counts = new Set<number>();
      for await (const { iteration } of transfer.run()) {
        // From the tenth on all of L-BFGS's pairs are in use.
        if (iteration % 100 === 50) {
          transfer.change({ content: 1 + iteration / 1000 });
          await transfer.checkpoint();
          await transfer.picture();
        }
        if (iteration % 100 === 10) counts.add(tf.memory().numTensors);
      }
      await transfer.dispose();
      expect(counts.size).toBe(1);
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});
