import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "vitest";
import { engineOn } from "../daemon/engine/onnx/onnx-engine.ts";
import { untrainedNetwork } from "../daemon/network/untrained.ts";
import { cpuThroughCApi } from "./support/c-api.ts";
import { expectToMatch, randomPicture } from "./support/objectives.ts";

const folder = join(import.meta.dirname, "fixtures/untrained-golden");
const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8"));
const pictures = {
  content: randomPicture(7, 0, 29, 37),
  style: randomPicture(7, 1, 23, 31),
  image: randomPicture(7, 2, 29, 37),
};
describe("c", () => {
  const engine = engineOn(cpuThroughCApi(), untrainedNetwork(0));
  test.each(Object.entries(expected))("%s", async (name, reference) => {
    await expectToMatch(engine, pictures, reference as never, join(folder, `gradient-${name}.npy`), {
      gradientTolerance: 1e-3,
    });
  });
});
