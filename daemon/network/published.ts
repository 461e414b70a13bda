import { createHash } from "node:crypto";
import type { LayerName } from "../../shared/layers.ts";
import manifest from "../../weights/manifest.json" with { type: "json" };
import type { ArrayName } from "./arrays.ts";

/** The known weight file that `weights fetch` brings. */
export const PUBLISHED_FILE = manifest.files[0] as (typeof manifest.files)[number];

/**
 * Whether an array, as HWIO with RGB input channels, is the published one. The hashes are of .npy
 * files of version 1.0 whose header was padded to a multiple of 16 bytes, as old numpy wrote it.
 */
export function isPublished(name: ArrayName, values: Float32Array, shape: readonly number[]): boolean {
  const [layer, part] = name.split(".") as [LayerName, "kernel" | "bias"];
  const hash = createHash("sha256")
    .update(npyHeader(shape, 16))
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");
  return hash === manifest.layers[layer][part];
}

/** Header of a .npy file (version 1.0) of little-endian float32 in C order. */
export function npyHeader(shape: readonly number[], alignment: 16 | 64): Buffer {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const prefix = 10;
  const padding = alignment - ((prefix + text.length + 1) % alignment);
  const padded = `${text}${" ".repeat(padding)}\n`;
  const header = Buffer.alloc(prefix + padded.length);
  header.write("\x93NUMPY\x01\x00", "latin1");
  header.writeUInt16LE(padded.length, 8);
  header.write(padded, prefix, "latin1");
  return header;
}
