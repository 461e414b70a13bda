import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ARRAY_NAMES, expectedShape, toHwioRgb, toOihw } from "../../../daemon/network/arrays.ts";
import { isPublished } from "../../../daemon/network/published.ts";
import { untrainedNetwork } from "../../../daemon/network/untrained.ts";
import { checkWeightFile, loadWeightFile } from "../../../daemon/network/weight-file.ts";
import { channelsOf, LAYERS, type LayerName } from "../../../shared/layers.ts";
import { hasMaterial, material, withMaterial } from "../../support/material.ts";
import { writeSafetensors } from "../../support/safetensors.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const folder = temporaryFolder();
const untrained = untrainedNetwork(3);

/** The arrays of the untrained network in a file's order. */
function arrays(
  order: "HWIO-BGR" | "OIHW-RGB",
  nameOf: (layer: LayerName, part: "kernel" | "bias") => string,
) {
  return LAYERS.flatMap((layer) => {
    const { kernel, bias } = untrained.layers[layer];
    const stored = order === "OIHW-RGB" ? kernel : reverseInputs(layer, toHwioRgb(layer, kernel));
    return [
      { name: nameOf(layer, "kernel"), shape: expectedShape(`${layer}.kernel`, order), data: stored },
      { name: nameOf(layer, "bias"), shape: [channelsOf(layer)], data: bias },
    ];
  });
}

function reverseInputs(layer: LayerName, hwio: Float32Array): Float32Array {
  if (layer !== "conv1_1") return hwio;
  return hwio.map(
    (_, i) => hwio[Math.floor(i / 192) * 192 + (2 - (Math.floor(i / 64) % 3)) * 64 + (i % 64)] as number,
  );
}

const plain = arrays("HWIO-BGR", (layer, part) => `${layer}.${part}`);

function fileWith(name: string, entries: typeof plain): string {
  const file = join(folder, name);
  writeSafetensors(file, entries);
  return file;
}

describe("a safetensors file", () => {
  test("is read back to the same filters, and named as not the published ones", async () => {
    const network = await loadWeightFile(fileWith("own.safetensors", plain));
    expect(network.layers.conv1_1.kernel).toEqual(untrained.layers.conv1_1.kernel);
    expect(network.layers.conv5_3.kernel).toEqual(untrained.layers.conv5_3.kernel);
    expect(network.weights).toMatchObject({ kind: "custom", verified: false });
  });

  test("in torchvision's naming has its normalisation moved into the first kernel", async () => {
    const indices = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28];
    const nameOf = (layer: LayerName, part: "kernel" | "bias") =>
      `features.${indices[LAYERS.indexOf(layer)]}.${part === "kernel" ? "weight" : "bias"}`;
    const network = await loadWeightFile(fileWith("torch.safetensors", arrays("OIHW-RGB", nameOf)));
    const [value = 0] = untrained.layers.conv1_1.kernel;
    expect(network.layers.conv1_1.kernel[0]).toBeCloseTo(value / (255 * 0.229), 9);
    expect(network.mean[2]).toBeCloseTo(0.406 * 255, 9);
    expect(network.layers.conv3_2.kernel).toEqual(untrained.layers.conv3_2.kernel);
  });

  test("without an array is refused by that array's name and shape", async () => {
    const file = fileWith(
      "hole.safetensors",
      plain.filter(({ name }) => name !== "conv4_2.kernel"),
    );
    await expect(loadWeightFile(file)).rejects.toThrow(
      /hole\.safetensors: array conv4_2\.kernel is missing, expected 3×3×512×512/,
    );
  });

  test("with an array of another shape is refused by name, with both shapes", async () => {
    const changed = plain.map((entry) =>
      entry.name === "conv2_1.bias" ? { ...entry, shape: [64], data: entry.data.slice(0, 64) } : entry,
    );
    await expect(loadWeightFile(fileWith("shape.safetensors", changed))).rejects.toThrow(
      /conv2_1\.bias is 64, expected 128/,
    );
  });

  test("with NaN is refused by the array's name", async () => {
    const changed = plain.map((entry) =>
      entry.name === "conv3_3.kernel"
        ? { ...entry, data: entry.data.map((value, i) => (i === 7 ? Number.NaN : value)) }
        : entry,
    );
    await expect(loadWeightFile(fileWith("nan.safetensors", changed))).rejects.toThrow(
      /conv3_3\.kernel holds NaN/,
    );
  });

  test("that is cut short is refused by the first array that is gone", async () => {
    const file = fileWith("cut.safetensors", plain);
    truncateSync(file, 30_000_000);
    await expect(loadWeightFile(file)).rejects.toThrow(
      /cut\.safetensors: conv\d_\d\.\w+ ends at byte .* cut short/,
    );
  });
});

describe("a foreign file", () => {
  test.each(["block3_conv4", "model_weights/block5_conv4"])(
    "VGG19 as Keras stores it, by %s",
    async (group) => {
      const { default: h5wasm } = await import("h5wasm/node");
      await h5wasm.ready;
      const path = join(folder, `vgg19-${group.length}.h5`);
      const file = new h5wasm.File(path, "w");
      group
        .split("/")
        .reduce<Pick<typeof file, "create_group">>((parent, name) => parent.create_group(name), file);
      file.close();
      await expect(loadWeightFile(path)).rejects.toThrow(/h5: .*VGG19, .*block\d_conv4; expected VGG16's/);
      await expect(checkWeightFile(path)).rejects.toThrow(/VGG19/);
    },
  );

  test.each(["features.16.weight", "conv3_4.kernel"])("VGG19 as safetensors, by %s", async (name) => {
    const more = { name, shape: [1], data: new Float32Array(1) };
    await expect(loadWeightFile(fileWith("vgg19.safetensors", [...plain, more]))).rejects.toThrow(
      /filters of another network, which has (features\.16|conv3_4); expected VGG16's/,
    );
  });

  test.each([
    ["zero.safetensors", Buffer.alloc(0), /not a safetensors file/],
    ["noise.safetensors", Buffer.alloc(4096, 0xa7), /not a safetensors file/],
    ["noise.h5", Buffer.alloc(4096, 0xa7), /noise\.h5: not readable as HDF5: it is another format/],
    [
      "cut.h5",
      Buffer.concat([Buffer.from("894844460d0a1a0a", "hex"), Buffer.alloc(92)]),
      /cut\.h5: not readable as HDF5: it has 100 bytes, where the published file has \d+/,
    ],
    ["zero.h5", Buffer.alloc(0), /zero\.h5: not readable as HDF5: it is empty/],
    ["model.onnx", Buffer.alloc(16), /model\.onnx: weight files end in \.h5 or \.hdf5 or \.safetensors/],
  ])("%s", async (name, content, message) => {
    writeFileSync(join(folder, name), content);
    await expect(loadWeightFile(join(folder, name))).rejects.toThrow(message);
  });

  test("that is not there", async () => {
    await expect(loadWeightFile(join(folder, "nowhere.h5"))).rejects.toThrow(
      /nowhere\.h5: there is no such file/,
    );
  });
});

test("the layouts are each other's inverse", () => {
  const { kernel } = untrained.layers.conv1_1;
  expect(toOihw("conv1_1", reverseInputs("conv1_1", toHwioRgb("conv1_1", kernel)))).toEqual(kernel);
});

test("untrained filters are not taken for the published ones", () => {
  expect(isPublished("conv1_1.bias", untrained.layers.conv1_1.bias, [64])).toBe(false);
});

describe.skipIf(!hasMaterial)(withMaterial("real files"), () => {
  test("the true Oxford kernels are recognised, one by one", async () => {
    const checks = await checkWeightFile(material("weights/oxford-vgg16-conv1_1-conv2_2.safetensors"));
    const published = checks.filter(({ result }) => result === "published").map(({ name }) => name);
    expect(published).toEqual(["conv1_1.kernel", "conv1_2.kernel", "conv2_1.kernel", "conv2_2.kernel"]);
    expect(checks.filter(({ result }) => result === "missing")).toHaveLength(ARRAY_NAMES.length - 4);
  });

  test("a Keras .h5 file is read whole and its values are told from the published ones", async () => {
    const file = material("weights/vgg16-verification.h5");
    expect((await loadWeightFile(file)).weights).toEqual({ kind: "custom", file, verified: false });
    expect((await checkWeightFile(file)).map(({ result }) => result)).not.toContain("missing");
  });

  test("a Keras .h5 file that is cut short is refused", async () => {
    const file = join(folder, "cut.h5");
    writeFileSync(file, readFileSync(material("weights/vgg16-verification.h5")).subarray(0, 20_000_000));
    await expect(loadWeightFile(file)).rejects.toThrow(/cut\.h5/);
  });
});
