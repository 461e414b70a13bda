import { open, stat } from "node:fs/promises";
import { UserError } from "../../shared/errors.ts";
import { blockOf, LAYERS } from "../../shared/layers.ts";
import type { ArrayName, RawArrays } from "./arrays.ts";
import { PUBLISHED_FILE } from "./published.ts";

/** Layers that VGG19 has and VGG16 has not; its other layers have the names and shapes of VGG16's. */
const VGG19_ONLY = ["block3_conv4", "block4_conv4", "block5_conv4"];

const HDF5_SIGNATURE = Buffer.from("894844460d0a1a0a", "hex");

/** Opens a Keras VGG16 file; arrays that are not there are absent from the result. */
export async function openKerasH5(path: string): Promise<{ raw: RawArrays; close(): void }> {
  // WebAssembly of 3 MB: loaded only when an .h5 file is really read.
  const { default: h5wasm } = await import("h5wasm/node");
  const module = (await h5wasm.ready) as { activate_throwing_error_handler?(): void };
  // Otherwise the library prints its faults on stderr and goes on with invalid ids.
  module.activate_throwing_error_handler?.();
  let file: InstanceType<typeof h5wasm.File>;
  try {
    file = new h5wasm.File(path, "r");
  } catch {
    throw new UserError(`${path}: not readable as HDF5: ${await hdf5Problem(path)}`);
  }
  const rootOf = (group: string) => [group, `model_weights/${group}`].find((name) => file.get(name) !== null);
  const foreign = VGG19_ONLY.find((group) => rootOf(group) !== undefined);
  if (foreign !== undefined) {
    file.close();
    throw new UserError(`${path}: these are the filters of VGG19, which has ${foreign}; expected VGG16's`);
  }
  const arrays = new Map<ArrayName, { shape: readonly number[]; read: () => Float32Array }>();
  for (const layer of LAYERS) {
    const group = `block${blockOf(layer)}_conv${layer.at(-1)}`;
    const root = rootOf(group);
    const attributes =
      root === undefined
        ? undefined
        : (file.get(root) as { attrs?: Record<string, { value: unknown }> }).attrs;
    const weightNames = attributes?.["weight_names"]?.value;
    if (!Array.isArray(weightNames)) continue;
    for (const [index, part] of (["kernel", "bias"] as const).entries()) {
      const name = `${layer}.${part}` as const;
      const dataset = file.get(`${root}/${String(weightNames[index])}`);
      if (!(dataset instanceof h5wasm.Dataset)) continue;
      arrays.set(name, {
        shape: dataset.shape ?? [],
        read: () => {
          const value = dataset.value;
          if (!(value instanceof Float32Array))
            throw new UserError(`${path}: ${name} is not readable float32 data`);
          return value;
        },
      });
    }
  }
  return { raw: { order: "HWIO-BGR", input: "oxford", arrays }, close: () => file.close() };
}

/** Why a file is not readable, as far as its beginning and its size tell. */
async function hdf5Problem(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size === 0) return "it is empty";
  await using file = await open(path);
  const { buffer } = await file.read(Buffer.alloc(HDF5_SIGNATURE.length), 0, HDF5_SIGNATURE.length, 0);
  if (!buffer.equals(HDF5_SIGNATURE)) return "it is another format, whatever its name says";
  const { bytes } = PUBLISHED_FILE;
  return size < bytes
    ? `it has ${size} bytes, where the published file has ${bytes}: damaged or cut short; get it again`
    : "it is damaged; get it again";
}
