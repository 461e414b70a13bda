import { createHash } from "node:crypto";
import type { LayerName } from "../../shared/layers.ts";
import manifest from "../../weights/manifest.json" with { type: "json" };
import { npyHeader } from "../files/npy.ts";
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
