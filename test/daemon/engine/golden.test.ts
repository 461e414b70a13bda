import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { engineOn, openOnnxEngine } from "../../../daemon/engine/onnx/onnx-engine.ts";
import { openPicture } from "../../../daemon/image/source.ts";
import { untrainedNetwork } from "../../../daemon/network/untrained.ts";
import { loadWeightFile } from "../../../daemon/network/weight-file.ts";
import { cpuThroughCApi, hasCApi } from "../../support/c-api.ts";
import { hasMaterial, material, withMaterial } from "../../support/material.ts";
import { type Expected, expectToKeepRange, expectToMatch, randomPicture } from "../../support/objectives.ts";

const ENGINES = [
  { way: "the runtime's binding for Node", open: async () => await openOnnxEngine(untrainedNetwork(0), {}) },
  // What CUDA runs, of operations that its provider shares with the CPU's.
  ...(hasCApi
    ? [false, true].map((isRecorded) => ({
        way: `its C API${isRecorded ? ", recorded" : ""}`,
        open: () => engineOn(cpuThroughCApi({ isRecorded }), untrainedNetwork(0)),
      }))
    : []),
];

describe.each(ENGINES)(
  "terms and gradients of the untrained network through $way equal a float64 reference",
  async ({ open }) => {
    const folder = join(import.meta.dirname, "../../fixtures/untrained-golden");
    const expected = readExpected(join(folder, "expected.json"));
    const engine = await open();
    const pictures = {
      content: randomPicture(7, 0, 29, 37),
      style: randomPicture(7, 1, 23, 31),
      image: randomPicture(7, 2, 29, 37),
    };
    test.each(Object.entries(expected))("%s", async (name, reference) => {
      await expectToMatch(engine, pictures, reference, join(folder, `gradient-${name}.npy`));
    });
    test("numbers beyond the range of pixels count as its ends", async () => {
      await expectToKeepRange(engine);
    });
  },
);

describe.skipIf(!hasMaterial)(
  withMaterial("terms and gradients of real filters equal a float64 reference"),
  async () => {
    if (!hasMaterial) return;
    const engine = await openOnnxEngine(await loadWeightFile(material("weights/vgg16-verification.h5")), {});
    const [content, style, image] = await Promise.all(["content", "style", "image"].map(readPicture));
    if (content === undefined || style === undefined || image === undefined)
      throw new Error("a picture is missing");
    test.each(Object.entries(readExpected(material("golden/expected.json"))))(
      "%s",
      async (name, reference) => {
        await expectToMatch(
          engine,
          { content, style, image },
          reference,
          material(`golden/gradient-${name}.npy`),
        );
      },
    );
  },
);

function readExpected(file: string): Record<string, Expected> {
  return JSON.parse(readFileSync(file, "utf8")) as Record<string, Expected>;
}

async function readPicture(name: string) {
  const source = await openPicture(material(`golden/${name}.png`));
  return await source.decodeTo(source);
}
