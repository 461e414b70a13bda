import { extname } from "node:path";
import sharp, { type Sharp } from "sharp";
import { UsageError } from "../../shared/errors.ts";
import type { Planes } from "../engine/engine.ts";
import { toBytes } from "./planes.ts";
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

/** The picture as the bytes of a file of that name, its recipe (any JSON value) inside. */
export async function encodePicture(planes: Planes, file: string, recipe: unknown): Promise<Buffer> {
  const { width, height } = planes;
  const picture = sharp(toBytes(planes), { raw: { width, height, channels: 3 } }).withXmp(toXmp(recipe));
  return await ENCODERS[checkOutputName(file)](picture).toBuffer();
}
