import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openOnnxEngine } from "../../../daemon/engine/onnx/onnx-engine.ts";
import { memoryFile } from "../../../daemon/engine/tfjs/installation.ts";
import { loadTensorflow } from "../../../daemon/engine/tfjs/tensorflow.ts";
import { openTfjsEngine } from "../../../daemon/engine/tfjs/tfjs-engine.ts";
import { openPicture } from "../../../daemon/image/source.ts";
import { untrainedNetwork } from "../../../daemon/network/untrained.ts";
import { loadWeightFile } from "../../../daemon/network/weight-file.ts";
import { LAYERS } from "../../../shared/layers.ts";
import { type Objective, POOL_KINDS, TV_FORMS } from "../../../shared/objective.ts";
import { hasMaterial, material, withMaterial } from "../../support/material.ts";
import {
  type Expected,
  expectToKeepRange,
  expectToMatch,
  objectiveOn,
  randomPicture,
  relativeDistance,
} from "../../support/objectives.ts";
import { hasTensorflow, withTensorflow } from "../../support/tensorflow.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/untrained-golden");

describe.skipIf(!hasTensorflow)(withTensorflow("tfjs"), async () => {
  if (!hasTensorflow) return;
  const network = untrainedNetwork(0);
  const engine = await openTfjsEngine(network, {});
  const { tf } = await loadTensorflow();

  const pictures = {
    content: randomPicture(7, 0, 29, 37),
    style: randomPicture(7, 1, 23, 31),
    image: randomPicture(7, 2, 29, 37),
  };

  test.each(Object.entries(readExpected(join(FIXTURES, "expected.json"))))(
    "untrained network, %s: terms and gradient equal a float64 reference",
    async (name, reference) => {
      await expectToMatch(engine, pictures, reference, join(FIXTURES, `gradient-${name}.npy`));
    },
  );

  test("numbers beyond the range of pixels count as its ends", async () => {
    await expectToKeepRange(engine);
  });

  describe.skipIf(!hasMaterial)(withMaterial("real filters"), async () => {
    if (!hasMaterial) return;
    const real = await openTfjsEngine(await loadWeightFile(material("weights/vgg16-verification.h5")), {});
    const [content, style, image] = await Promise.all(
      ["content", "style", "image"].map(async (name) => {
        const source = await openPicture(material(`golden/${name}.png`));
        return await source.decodeTo(source);
      }),
    );
    if (content === undefined || style === undefined || image === undefined)
      throw new Error("a picture is missing");
    test.each(Object.entries(readExpected(material("golden/expected.json"))))(
      "%s: terms and gradient equal a float64 reference",
      async (name, reference) => {
        const file = material(`golden/gradient-${name}.npy`);
        // One unit of a ReLU that another order of additions switches makes up nearly all of the difference.
        await expectToMatch(real, { content, style, image }, reference, file, { gradientTolerance: 1e-3 });
      },
    );
  });

  const everyLayer = Object.fromEntries(LAYERS.map((layer) => [layer, 1]));
  const objectives = POOL_KINDS.flatMap((pool) =>
    TV_FORMS.map((tvForm): [string, Objective] => [
      `${pool} pooling, ${tvForm}`,
      {
        pool,
        content: everyLayer,
        contentForm: "relative",
        style: everyLayer,
        styleForm: "relative",
        tv: 1e-4,
        tvForm,
      },
    ]),
  );
  test.each(objectives)("every layer, %s: the same as onnx at odd sizes", async (_name, objective) => {
    const both = [engine, await openOnnxEngine(network, {})] as const;
    for (const [height, width] of [
      [16, 16],
      [33, 18],
      [17, 47],
    ] as const) {
      // Of few levels, so that many neighbours are equal.
      const image = { height, width, data: randomPicture(3, 2, height, width).data.map((v) => v >> 5) };
      const input = {
        content: randomPicture(3, 0, height, width),
        style: randomPicture(3, 1, width, height),
        image,
      };
      const [own, reference] = await Promise.all(
        both.map(async (one) => {
          const prepared = await objectiveOn<unknown>(one, objective, input);
          const result = await prepared.at(image.data);
          await prepared.dispose();
          return result;
        }),
      );
      for (const [term, value] of reference?.terms ?? [])
        expect(Math.abs((own?.terms.get(term) ?? 0) / value - 1), term).toBeLessThanOrEqual(1e-4);
      expect(
        relativeDistance(own?.gradient as Float32Array, reference?.gradient as Float32Array),
      ).toBeLessThanOrEqual(1e-3);
    }
  });

  test("an evaluation that fails leaves nothing behind", async () => {
    const plan = { pool: "max", contentLayers: ["conv2_2"], styleLayers: ["conv1_1"], tvForm: "l1" } as const;
    const size = { height: 20, width: 20 };
    const before = tf.memory().numTensors;
    const evaluator = await engine.prepare(plan, size);
    const targets = await engine.describe(pictures.content, plan);
    evaluator.setTargets(targets);
    const [point, gradient] = [evaluator.space.create(), evaluator.space.create()];
    const prepared = tf.memory().numTensors;
    // The features of another size cannot be compared.
    await expect(evaluator.evaluate(point, new Map(), gradient)).rejects.toThrow(/shape/i);
    expect(tf.memory().numTensors).toBe(prepared);
    for (const vector of [point, gradient]) evaluator.space.free(vector);
    await evaluator.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe.skipIf(!existsSync(memoryFile()))(
  "memory for tfjs's results (skipped where it was not built)",
  () => {
    const network = untrainedNetwork(0);
    const plan = { pool: "avg", contentLayers: [], styleLayers: ["conv2_1"], tvForm: "l1" } as const;
    const picture = randomPicture(7, 0, 256, 256);

    test("stays level, whatever sizes take turns, and goes back to the system in the end", async () => {
      if (!existsSync(memoryFile())) return;
      const engine = await openTfjsEngine(network, {});
      const { freeBytes } = createRequire(import.meta.url)(memoryFile()) as { freeBytes: () => number };
      const targets = await engine.describe(picture, plan);
      const evaluators = await Promise.all(
        [256, 177, 230].map(async (side) => await engine.prepare(plan, { height: side, width: side })),
      );
      const kept: number[] = [];
      for (let round = 0; round < 6; round++)
        for (const evaluator of evaluators) {
          evaluator.setTargets(targets);
          const [point, gradient] = [evaluator.space.create(), evaluator.space.create()];
          await evaluator.evaluate(point, new Map([["style.conv2_1", 1]]), gradient);
          for (const vector of [point, gradient]) evaluator.space.free(vector);
          kept.push(freeBytes());
        }
      expect(kept[0]).toBeGreaterThan(16e6);
      // The largest comes first: all others live in its pages.
      expect(Math.max(...kept)).toBe(kept[0]);
      for (const evaluator of evaluators) await evaluator.dispose();
      expect(freeBytes()).toBe(0);
    });
  },
);

function readExpected(file: string): Record<string, Expected> {
  return JSON.parse(readFileSync(file, "utf8")) as Record<string, Expected>;
}
