import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../daemon/engine/engine.ts";
import { GraphBuilder } from "../../../daemon/engine/onnx/model.ts";
import { openOnnxEngine } from "../../../daemon/engine/onnx/onnx-engine.ts";
import { PROVIDERS } from "../../../daemon/engine/onnx/provider.ts";
import { openSession } from "../../../daemon/engine/onnx/session.ts";
import type { Planes } from "../../../daemon/image/planes.ts";
import { openPicture } from "../../../daemon/image/source.ts";
import type { Network } from "../../../daemon/network/network.ts";
import { untrainedNetwork } from "../../../daemon/network/untrained.ts";
import { loadWeightFile } from "../../../daemon/network/weight-file.ts";
import type { Pictures } from "../../../daemon/style/pictures.ts";
import { Transfer } from "../../../daemon/style/transfer.ts";
import type { LayerName } from "../../../shared/layers.ts";
import type { Objective } from "../../../shared/objective.ts";
import { ADAM, PRESETS } from "../../../shared/presets.ts";
import { hasMaterial, material, withMaterial } from "../../support/material.ts";
import {
  type Case,
  type Expected,
  expectToKeepRange,
  expectToMatch,
  objectiveOn,
  randomPicture,
  relativeDistance,
} from "../../support/objectives.ts";
import { smallPictures } from "../../support/pictures.ts";
import { smallRecipe } from "../../support/recipes.ts";
import { swiftShader, withSwiftShader } from "../../support/swiftshader.ts";
import { temporaryFolder } from "../../support/temporary.ts";

/** SwiftShader runs thousands of times slower than a GPU. */
const PATIENCE_MS = 600_000;
const LAYERS: LayerName[] = ["conv1_1", "conv2_1"];

const folder = temporaryFolder();

const readExpected = (file: string) => JSON.parse(readFileSync(file, "utf8")) as Record<string, Expected>;

describe.skipIf(swiftShader === undefined)(withSwiftShader("WebGPU on SwiftShader"), () => {
  let network: Network;
  let engine: Engine<unknown>;
  let cpu: Engine<unknown>;

  beforeAll(async () => {
    network = untrainedNetwork(0);
    engine = await openOnnxEngine(network, { kind: "swiftshader" });
    cpu = await openOnnxEngine(network, {});
  });

  test("says where it computes", () => {
    expect(engine.device).toMatch(/SwiftShader, which computes on the CPU/);
  });

  describe("terms and gradients equal a float64 reference", () => {
    // One that takes the average of each window; the largest is compared with the CPU's below.
    test.skipIf(hasMaterial)(
      "of untrained filters",
      async () => {
        const references = join(import.meta.dirname, "../../fixtures/untrained-golden");
        const pictures: Case = {
          content: randomPicture(7, 0, 29, 37),
          style: randomPicture(7, 1, 23, 31),
          image: randomPicture(7, 2, 29, 37),
        };
        const reference = readExpected(join(references, "expected.json"))["avg-gatys"] as Expected;
        const gradient = join(references, "gradient-avg-gatys.npy");
        await expectToMatch(engine, pictures, reference, gradient, { gradientTolerance: 1e-3 });
      },
      PATIENCE_MS,
    );

    test.skipIf(!hasMaterial)(
      withMaterial("of real filters"),
      async () => {
        const weights = await loadWeightFile(material("weights/vgg16-verification.h5"));
        const real = await openOnnxEngine(weights, { kind: "swiftshader" });
        // The same layers as in the evaluation, whose values say enough of them at two thirds of the time.
        const describer = await openOnnxEngine(weights, {});
        const [content, style, image] = (await Promise.all(
          ["content", "style", "image"].map(async (one) => {
            const source = await openPicture(material(`golden/${one}.png`));
            return await source.decodeTo(source);
          }),
        )) as [Planes, Planes, Planes];
        const reference = readExpected(material("golden/expected.json"))["gatys"] as Expected;
        const gradient = material("golden/gradient-gatys.npy");
        const pictures = { content, style, image };
        await expectToMatch(real, pictures, reference, gradient, { gradientTolerance: 1e-3, describer });
      },
      PATIENCE_MS,
    );
  });

  test(
    "numbers beyond the range of pixels count as its ends",
    async () => {
      await expectToKeepRange(engine);
    },
    PATIENCE_MS,
  );

  test(
    "of equal maxima the same one gets the gradient as on the CPU",
    async () => {
      const weights = Object.fromEntries(LAYERS.map((layer) => [layer, 1]));
      const objective: Objective = {
        pool: "max",
        content: weights,
        contentForm: "mean",
        style: weights,
        styleForm: "mean",
        tv: 0,
        tvForm: "l1",
      };
      // Flat but for a corner: in most windows all four are equal.
      const image = randomPicture(3, 2, 19, 21);
      for (const [i] of image.data.entries())
        if ((i % 21) + (Math.floor(i / 21) % 19) > 8) image.data[i] = 200;
      const pictures = { content: randomPicture(3, 0, 19, 21), style: randomPicture(3, 1, 16, 16), image };
      const gradients = [];
      for (const one of [engine, cpu]) {
        const prepared = await objectiveOn(one, objective, pictures);
        gradients.push((await prepared.at(image.data)).gradient);
        await prepared.dispose();
      }
      const [onWebGpu, onCpu] = gradients as [Float32Array, Float32Array];
      expect(relativeDistance(onWebGpu, onCpu)).toBeLessThanOrEqual(1e-4);
    },
    PATIENCE_MS,
  );

  test("a graph with a node that cannot run there is refused, none goes to the CPU unasked", async () => {
    const graph = new GraphBuilder();
    graph.output("y", graph.node("Det", [graph.input("x", [2, 2])]), []);
    await (await openSession(graph.encode(), PROVIDERS.cpu(0), "once")).release();
    await expect(openSession(graph.encode(), PROVIDERS.swiftshader(0), "once")).rejects.toThrow(
      /the device onnx\/swiftshader does not work here/,
    );
  });

  test(
    "30 iterations end at the same picture as on the CPU, within a level of 255 on average",
    async () => {
      const files = await smallPictures(folder);
      const pictures: Pictures = {
        content: await openPicture(files.content),
        styles: [await openPicture(files.style)],
        init: undefined,
      };
      // Deep layers take seconds each, and the arithmetic is the same in all. L-BFGS at such sizes ends levels
      // apart after a change in the gradient's last bit, on one engine as on two.
      const objective: Objective = {
        ...(PRESETS[0].method.objective as Objective),
        content: { conv2_1: 1 },
        style: { conv1_1: 1, conv2_1: 1 },
      };
      const recipe = smallRecipe(files, { size: 16, iterations: 30, objective, optimizer: ADAM });
      const made = [];
      for (const one of [engine, cpu]) {
        const transfer = new Transfer(one, recipe, pictures);
        const losses = [];
        for await (const { loss } of transfer.run()) losses.push(loss.total);
        expect(losses.length).toBe(30);
        expect(losses.at(-1)).toBeLessThan(0.7 * (losses[0] as number));
        made.push((await transfer.picture()).data);
        await transfer.dispose();
      }
      const [onWebGpu, onCpu] = made as [Float32Array, Float32Array];
      const difference = onWebGpu.reduce((sum, value, i) => sum + Math.abs(value - (onCpu[i] as number)), 0);
      expect(difference / onCpu.length).toBeLessThanOrEqual(1);
    },
    PATIENCE_MS,
  );
});
