import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { z } from "zod";
import { UserError } from "../../shared/errors.ts";
import { LAYERS } from "../../shared/layers.ts";
import type { ArrayName, RawArrays } from "./arrays.ts";

/** https://github.com/huggingface/safetensors#format: u64 header length, JSON header, data. */
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.number().int().min(0)),
  data_offsets: z.tuple([z.number().int().min(0), z.number().int().min(0)]),
});
const headerSchema = z.record(z.string(), z.unknown());
const MAX_HEADER_BYTES = 1 << 20;

/** Place of each convolution in torchvision's `features`. */
const TORCHVISION_INDEX = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28];

/** Opens a .safetensors file with arrays named `conv1_1.kernel` … or torchvision's `features.0.weight` …. */
export function openSafetensors(path: string): { raw: RawArrays; close(): void } {
  const file = openSync(path, "r");
  try {
    const size = fstatSync(file).size;
    const header = readHeader(path, file, size);
    refuseOtherNetworks(path, Object.keys(header.entries));
    const isTorchvision = header.entries["features.0.weight"] !== undefined;
    const arrays = new Map<ArrayName, { shape: readonly number[]; read: () => Float32Array }>();
    for (const [index, layer] of LAYERS.entries())
      for (const part of ["kernel", "bias"] as const) {
        const torchName = `features.${TORCHVISION_INDEX[index]}.${part === "kernel" ? "weight" : "bias"}`;
        const stored = isTorchvision ? torchName : `${layer}.${part}`;
        const parsed = entrySchema.safeParse(header.entries[stored]);
        if (!parsed.success) continue;
        const { dtype, shape, data_offsets } = parsed.data;
        const read = () => readFloats(path, file, stored, dtype, header.dataStart, data_offsets, size);
        arrays.set(`${layer}.${part}`, { shape, read });
      }
    const order = isTorchvision ? "OIHW-RGB" : "HWIO-BGR";
    return {
      raw: { order, input: isTorchvision ? "torchvision" : "oxford", arrays },
      close: () => closeSync(file),
    };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Other networks of the family have most layers in common, and some more. */
function refuseOtherNetworks(path: string, names: readonly string[]): void {
  const known = new Set<string>([...LAYERS, ...TORCHVISION_INDEX.map((index) => `features.${index}`)]);
  const foreign = names
    .map((name) => name.replace(/\.\w+$/, ""))
    .find((layer) => /^(features\.\d+|conv\d+_\d+)$/.test(layer) && !known.has(layer));
  if (foreign !== undefined)
    throw new UserError(
      `${path}: these are filters of another network, which has ${foreign}; expected VGG16's`,
    );
}

function readHeader(path: string, file: number, size: number) {
  const length = Buffer.alloc(8);
  readSync(file, length, 0, 8, 0);
  const headerBytes = Number(length.readBigUInt64LE());
  if (size < 8 || headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > size)
    throw new UserError(
      `${path}: not a safetensors file, or cut short: its header would be ${headerBytes} bytes`,
    );
  const text = Buffer.alloc(headerBytes);
  readSync(file, text, 0, headerBytes, 8);
  try {
    return { entries: headerSchema.parse(JSON.parse(text.toString("utf8"))), dataStart: 8 + headerBytes };
  } catch {
    throw new UserError(`${path}: not a safetensors file: its header is not JSON`);
  }
}

function readFloats(
  path: string,
  file: number,
  name: string,
  dtype: string,
  dataStart: number,
  [begin, end]: [number, number],
  size: number,
): Float32Array {
  if (dtype !== "F32") throw new UserError(`${path}: ${name} is ${dtype}, expected F32`);
  if (end < begin || dataStart + end > size)
    throw new UserError(
      `${path}: ${name} ends at byte ${dataStart + end}, but the file has ${size}; it is cut short`,
    );
  const data = new Float32Array((end - begin) / 4);
  readSync(file, data, 0, end - begin, dataStart + begin);
  return data;
}
