import sharp, { type Sharp } from "sharp";
import { UserError } from "../../shared/errors.ts";
import { MAX_VIEW_BYTES, type PictureFormat } from "../../shared/requests.ts";
import { sharpOf } from "./pixels.ts";
import { type Pixels, type Planes, toPlanes } from "./planes.ts";

export interface ScaledPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

const ENCODERS = {
  jpeg: (picture: Sharp) => picture.jpeg({ quality: 85 }),
  png: (picture: Sharp) => picture.png({ compressionLevel: 3 }),
  rgb: (picture: Sharp) => picture.raw(),
} as const satisfies Record<PictureFormat, (picture: Sharp) => Sharp>;

/**
 * A picture, or the file of one, for looking at: at most so wide, in a format that its viewer understands. Throws a
 * UserError where that is too large to be sent.
 */
export async function scalePicture(
  picture: Planes | Pixels | Buffer,
  format: PictureFormat,
  width: number,
): Promise<ScaledPicture> {
  const source = Buffer.isBuffer(picture) ? sharp(picture) : sharpOf(picture);
  const scaled = source.resize({ width, withoutEnlargement: true });
  const { data, info } = await ENCODERS[format](scaled).toBuffer({ resolveWithObject: true });
  if (data.length > MAX_VIEW_BYTES)
    throw new UserError(
      `${info.width}×${info.height} as ${format} are ${Math.ceil(data.length / 1e6)} MB, more than the ${MAX_VIEW_BYTES / 1e6} MB that are sent of a picture; take a smaller width, or jpeg`,
    );
  return { width: info.width, height: info.height, data };
}

/** A picture that is at most so wide, in whole levels. */
export async function shrunk(picture: Planes, width: number): Promise<Planes> {
  const { data, info } = await sharpOf(picture)
    .resize({ width, withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return toPlanes({ width: info.width, height: info.height, data });
}
