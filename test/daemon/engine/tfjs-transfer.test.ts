import { beforeAll, describe, expect, test } from "vitest";
import { openOnnxEngine } from "../../../daemon/engine/onnx/onnx-engine.ts";
import { loadTensorflow } from "../../../daemon/engine/tfjs/tensorflow.ts";
import { openTfjsEngine } from "../../../daemon/engine/tfjs/tfjs-engine.ts";
import { openPicture } from "../../../daemon/image/source.ts";
import { untrainedNetwork } from "../../../daemon/network/untrained.ts";
import type { Pictures } from "../../../daemon/style/pictures.ts";
import { Transfer } from "../../../daemon/style/transfer.ts";
import { ADAM } from "../../../shared/presets.ts";
import { smallPictures } from "../../support/pictures.ts";
import { smallRecipe } from "../../support/recipes.ts";
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

  test.each(OPTIMIZERS)("$kind: after 30 iterations within one level of onnx's", async (optimizer) => {
    const recipe = smallRecipe(files, { iterations: 30, size: 64, optimizer });
    const [own, other] = await Promise.all(
      [engine, await openOnnxEngine(network, {})].map(async (one) => {
        const transfer = new Transfer<unknown>(one, recipe, pictures);
        await runTo(transfer, 30);
        const { data } = await transfer.picture();
        await transfer.dispose();
        return data;
      }),
    );
    const distance = own?.reduce((sum, value, i) => sum + Math.abs(value - (other?.[i] as number)), 0);
    expect((distance as number) / (own?.length as number)).toBeLessThanOrEqual(1);
  });

  test.each(OPTIMIZERS)("$kind: goes on from a checkpoint to the same bits", async (optimizer) => {
    const recipe = smallRecipe(files, { iterations: 7, optimizer });
    const whole = new Transfer(engine, recipe, pictures);
    await runTo(whole, 7);
    const first = new Transfer(engine, recipe, pictures);
    await runTo(first, 4);
    const checkpoint = structuredClone(await first.checkpoint());
    const second = new Transfer(engine, recipe, pictures, checkpoint);
    await runTo(second, 7);
    expect((await second.picture()).data).toEqual((await whole.picture()).data);
    await Promise.all([whole.dispose(), first.dispose(), second.dispose()]);
  });

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
