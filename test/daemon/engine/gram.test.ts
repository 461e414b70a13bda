import { expect, test } from "vitest";
import { engineOn, openOnnxEngine } from "../../../daemon/engine/onnx/onnx-engine.ts";
import { untrainedNetwork } from "../../../daemon/network/untrained.ts";
import type { LayerName } from "../../../shared/layers.ts";
import { cpuThroughCApi, hasCApi } from "../../support/c-api.ts";
import { randomPicture, relativeDistance } from "../../support/objectives.ts";

const STYLE: LayerName[] = ["conv1_1", "conv2_1", "conv3_1"];

// 12 and 3 bands; as many as one of two primes; bands of parts of rows.
test.skipIf(!hasCApi).each([
  [48, 64],
  [61, 67],
  [3, 1024],
])("Gram matrices of %i×%i in bands equal those of one product", async (height, width) => {
  const network = untrainedNetwork(0);
  const wanted = { pool: "avg", contentLayers: [], styleLayers: STYLE } as const;
  const picture = randomPicture(5, 0, height, width);
  const layers = height < 8 ? STYLE.slice(0, 1) : STYLE;
  const inBands = await engineOn(cpuThroughCApi({ dialect: "webgpu" }), network).describe(picture, {
    ...wanted,
    styleLayers: layers,
  });
  const whole = await (await openOnnxEngine(network, {})).describe(picture, {
    ...wanted,
    styleLayers: layers,
  });
  expect(inBands.size).toBe(layers.length);
  for (const [term, { data }] of inBands)
    expect(relativeDistance(data, whole.get(term)?.data as Float32Array)).toBeLessThan(1e-5);
});
