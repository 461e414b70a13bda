import { describe, expect, test } from "vitest";
import { openOnnxEngine } from "../../../daemon/engine/onnx/onnx-engine.ts";
import { untrainedNetwork } from "../../../daemon/network/untrained.ts";
import { normals } from "../../../daemon/random.ts";
import type { LayerName } from "../../../shared/layers.ts";
import {
  CONTENT_FORMS,
  type Objective,
  POOL_KINDS,
  STYLE_FORMS,
  TV_FORMS,
} from "../../../shared/objective.ts";
import { type Case, objectiveOn, randomPicture } from "../../support/objectives.ts";

const engine = await openOnnxEngine(untrainedNetwork(0), { threads: 1 });

const BASE: Objective = {
  pool: "avg",
  content: {},
  contentForm: "mean",
  style: {},
  styleForm: "mean",
  tv: 0,
  tvForm: "l1",
};
const evenly = (...layers: LayerName[]) => Object.fromEntries(layers.map((layer) => [layer, 1]));
const weights = evenly("conv1_2", "conv3_1", "conv5_3");
/** A form is a factor in front of what all layers have in common. */
const first = evenly("conv1_2", "conv2_1");

const ODD = [17, 35] as const;
const SIZES = [[16, 16], [33, 18], ODD] as const;

/** Each form alone, so that none hides behind a larger term. */
const forms = POOL_KINDS.flatMap((pool): [string, Objective][] => [
  ...CONTENT_FORMS.map((contentForm): [string, Objective] => [
    `${pool} pooling, content ${contentForm}`,
    { ...BASE, pool, content: first, contentForm },
  ]),
  ...STYLE_FORMS.map((styleForm): [string, Objective] => [
    `${pool} pooling, style ${styleForm}`,
    { ...BASE, pool, style: first, styleForm },
  ]),
]);
const variations = TV_FORMS.map((tvForm): [string, Objective] => [
  `tv ${tvForm}`,
  { ...BASE, content: { conv1_1: 0 }, tv: 1, tvForm },
]);
const together = POOL_KINDS.map((pool): [string, Objective] => [
  `${pool} pooling, content and style`,
  { ...BASE, pool, content: weights, contentForm: "relative", style: weights, styleForm: "relative" },
]);

describe("the gradient agrees with finite differences", () => {
  test.each([...forms, ...variations])("%s", async (_name, objective) => {
    expect(await slopeError(objective, ODD)).toBeLessThanOrEqual(1e-3);
  });
  for (const size of SIZES)
    test.each([...together, ...variations])(`%s at ${size.join("×")}`, async (_name, objective) => {
      expect(await slopeError(objective, size)).toBeLessThanOrEqual(1e-3);
    });
});

/**
 * Relative error of the slope over a few directions that mix the gradient with noise. The distance is a
 * compromise: farther and units switch on or off, nearer and float32's rounding shows; several directions
 * average both out.
 */
async function slopeError(objective: Objective, [height, width]: readonly [number, number]): Promise<number> {
  // Away from the ends of the range, which count for all beyond.
  const image = randomPicture(1, 2, height, width).data.map((value) => Math.min(250, Math.max(5, value)));
  const pictures: Case = {
    content: randomPicture(1, 0, height, width),
    style: randomPicture(1, 1, width, height),
    image: { height, width, data: image },
  };
  const distance = objective.tv > 0 ? 2 : 0.25;
  const prepared = await objectiveOn(engine, objective, pictures);
  try {
    const { gradient } = await prepared.at(image);
    const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
    let measured = 0;
    let predicted = 0;
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const noise = normals(seed, 5, gradient.length, 0.5 / Math.sqrt(gradient.length));
      const direction = gradient.map((value, i) => value / norm + (noise[i] as number));
      const up = await prepared.at(image.map((value, i) => value + distance * (direction[i] as number)));
      const down = await prepared.at(image.map((value, i) => value - distance * (direction[i] as number)));
      measured += (up.total - down.total) / (2 * distance);
      predicted += gradient.reduce((sum, value, i) => sum + value * (direction[i] as number), 0);
    }
    return Math.abs(measured / predicted - 1);
  } finally {
    await prepared.dispose();
  }
}
