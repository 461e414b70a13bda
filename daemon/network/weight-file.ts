import { statSync } from "node:fs";
import { extname } from "node:path";
import { fileProblem, UserError } from "../../shared/errors.ts";
import { LAYERS, type LayerName } from "../../shared/layers.ts";
import { ARRAY_NAMES, type ArrayName, expectedShape, type RawArrays, toHwioRgb, toOihw } from "./arrays.ts";
import { openKerasH5 } from "./keras-h5.ts";
import { type Convolution, type Network, OXFORD_MEAN } from "./network.ts";
import { isPublished } from "./published.ts";
import { openSafetensors } from "./safetensors.ts";

/** What reads a file, by the end of its name. */
const FORMATS = new Map<string, (path: string) => ReturnType<typeof openKerasH5 | typeof openSafetensors>>([
  [".h5", openKerasH5],
  [".hdf5", openKerasH5],
  [".safetensors", openSafetensors],
]);

export function isWeightFile(name: string): boolean {
  return FORMATS.has(endOf(name));
}

function endOf(name: string): string {
  return extname(name).toLowerCase();
}

/** What the hash check says of one array. */
export interface ArrayCheck {
  readonly name: ArrayName;
  readonly result: "published" | "other values" | "missing" | "wrong shape" | "unreadable";
  readonly detail: string;
}

/** Checks every array of a weight file on its own, so that one fault hides no other. */
export async function checkWeightFile(path: string): Promise<ArrayCheck[]> {
  return await withArrays(path, (raw) =>
    ARRAY_NAMES.map((name): ArrayCheck => {
      const stored = raw.arrays.get(name);
      const expected = expectedShape(name, raw.order);
      if (stored === undefined) return { name, result: "missing", detail: `expected ${expected.join("×")}` };
      const problem = shapeProblem(stored.shape, expected);
      if (problem !== undefined) return { name, result: "wrong shape", detail: problem };
      let values: Float32Array;
      try {
        values = readArray(path, raw, name);
      } catch (error) {
        return { name, result: "unreadable", detail: error instanceof Error ? error.message : String(error) };
      }
      const published = raw.input === "oxford" && isPublished(name, hashedForm(name, values), expected);
      return { name, result: published ? "published" : "other values", detail: stored.shape.join("×") };
    }),
  );
}

/** Reads a weight file whole. Throws a UserError that names the first array that is missing or wrong. */
export async function loadWeightFile(path: string): Promise<Network> {
  return await withArrays(path, (raw) => {
    let verified = raw.input === "oxford";
    const read = (name: ArrayName): Float32Array => {
      const values = readArray(path, raw, name);
      verified &&= isPublished(name, hashedForm(name, values), expectedShape(name, "HWIO-BGR"));
      return values;
    };
    const layers = Object.fromEntries(
      LAYERS.map((layer): [LayerName, Convolution] => [
        layer,
        { kernel: read(`${layer}.kernel`), bias: read(`${layer}.bias`) },
      ]),
    ) as Record<LayerName, Convolution>;
    const weights = { kind: verified ? "vgg16" : "custom", file: path, verified } as const;
    return raw.input === "oxford" ? { weights, mean: OXFORD_MEAN, layers } : fromTorchvision(weights, layers);
  });
}

/**
 * torchvision feeds (x/255 − mean)/std. With the mean moved to the 0..255 scale and 1/(255·std)
 * inside the first kernel the padding is zero in both, so the features are the same.
 * Means and deviations: https://docs.pytorch.org/vision/stable/models/generated/torchvision.models.vgg16.html
 */
function fromTorchvision(weights: Network["weights"], layers: Record<LayerName, Convolution>): Network {
  const mean = [0.485, 0.456, 0.406] as const;
  const deviation = [0.229, 0.224, 0.225] as const;
  const { kernel, bias } = layers.conv1_1;
  const scaled = kernel.map((value, i) => value / (255 * (deviation[Math.floor(i / 9) % 3] as number)));
  return {
    weights,
    mean: [mean[0] * 255, mean[1] * 255, mean[2] * 255],
    layers: { ...layers, conv1_1: { kernel: scaled, bias } },
  };
}

async function withArrays<T>(path: string, use: (raw: RawArrays) => T): Promise<T> {
  try {
    if (!statSync(path).isFile()) throw new UserError(`${path}: not a regular file`);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot read the weight file ${path}: ${fileProblem(error)}`);
  }
  const opened = await open(path);
  try {
    return use(opened.raw);
  } finally {
    opened.close();
  }
}

async function open(path: string) {
  const openFormat = FORMATS.get(endOf(path));
  if (openFormat === undefined)
    throw new UserError(`${path}: weight files end in ${[...FORMATS.keys()].join(" or ")}`);
  return await openFormat(path);
}

/** The array as OIHW and RGB, whatever the file's order. */
function readArray(path: string, raw: RawArrays, name: ArrayName): Float32Array {
  const stored = raw.arrays.get(name);
  const expected = expectedShape(name, raw.order);
  if (stored === undefined)
    throw new UserError(
      `${path}: array ${name} is missing, expected ${expected.join("×")}; is this a VGG16 file?`,
    );
  const problem = shapeProblem(stored.shape, expected);
  if (problem !== undefined) throw new UserError(`${path}: array ${name} ${problem}; is this a VGG16 file?`);
  const values = readOrExplain(path, name, stored.read);
  const length = expected.reduce((a, b) => a * b);
  if (values.length !== length)
    throw new UserError(
      `${path}: array ${name} has ${values.length} values, expected ${length}; the file is damaged`,
    );
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new UserError(
      `${path}: array ${name} holds ${values[bad]} at ${bad}, expected finite numbers; the file is damaged`,
    );
  const [layer, part] = name.split(".") as [LayerName, string];
  return part === "kernel" && raw.order === "HWIO-BGR" ? toOihw(layer, values) : values;
}

function readOrExplain(path: string, name: ArrayName, read: () => Float32Array): Float32Array {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${path}: array ${name} cannot be read; the file is damaged or cut short, download it again`,
    );
  }
}

function shapeProblem(shape: readonly number[], expected: readonly number[]): string | undefined {
  if (shape.length === expected.length && shape.every((size, i) => size === expected[i])) return undefined;
  return `is ${shape.join("×") || "a scalar"}, expected ${expected.join("×")}`;
}

function hashedForm(name: ArrayName, values: Float32Array): Float32Array {
  const [layer, part] = name.split(".") as [LayerName, string];
  return part === "kernel" ? toHwioRgb(layer, values) : values;
}
