import { extname } from "node:path";
import type { Sharp } from "sharp";
import { UsageError, UserError } from "../../shared/errors.ts";
import { sharpOf } from "./pixels.ts";
import type { Pixels, Planes, Size } from "./planes.ts";
import { toXmp } from "./recipe-metadata.ts";

const ENCODERS = {
  ".png": (picture: Sharp) => picture.png({ compressionLevel: 6 }),
  ".jpg": (picture: Sharp) => picture.jpeg({ quality: 95, chromaSubsampling: "4:4:4" }),
  ".jpeg": (picture: Sharp) => picture.jpeg({ quality: 95, chromaSubsampling: "4:4:4" }),
  ".webp": (picture: Sharp) => picture.webp({ quality: 95 }),
} as const;

/** Refuses an output name before any work is done for it. */
export function checkOutputName(file: string): keyof typeof ENCODERS {
  const extension = extname(file).toLowerCase();
  if (Object.hasOwn(ENCODERS, extension)) return extension as keyof typeof ENCODERS;
  throw new UsageError(`${file}: pictures are written as ${Object.keys(ENCODERS).join(", ")}`);
}

/** What a format has no room for; sharp leaves metadata out that are longer than a JPEG's segment, and says nothing. */
const MOST: Readonly<
  Partial<Record<keyof typeof ENCODERS, { readonly side?: number; readonly xmpBytes?: number }>>
> = {
  ".jpg": { xmpBytes: 60_000 },
  ".jpeg": { xmpBytes: 60_000 },
  ".webp": { side: 16_383 },
};

/** Throws a UserError where a file of that name cannot hold a picture of that size, or what is told of it. */
export function checkRoomIn(file: string, { width, height }: Size, recipe: unknown): void {
  const { side = Infinity, xmpBytes = Infinity } = MOST[checkOutputName(file)] ?? {};
  if (Math.max(width, height) > side)
    throw new UserError(`${file}: this format has at most ${side} pixels a side; write a .png`);
  const bytes = Buffer.byteLength(toXmp(recipe));
  if (bytes > xmpBytes)
    throw new UserError(
      `${file}: the recipe with its timeline is ${Math.ceil(bytes / 1e3)} kB long, and this format has room for ${xmpBytes / 1e3}; write a .png`,
    );
}

/** The picture as the bytes of a file of that name, its recipe (any JSON value) inside. */
export async function encodePicture(
  picture: Planes | Pixels,
  file: string,
  recipe: unknown,
): Promise<Buffer> {
  return await ENCODERS[checkOutputName(file)](sharpOf(picture).withXmp(toXmp(recipe))).toBuffer();
}
