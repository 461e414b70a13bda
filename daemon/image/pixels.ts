import { setImmediate } from "node:timers/promises";
import sharp, { type Sharp } from "sharp";
import { copyPixels, type Pixels, type Planes, toBytes } from "./planes.ts";

/** Pixels that are converted before others have their turn. */
const SLICE = 1 << 18;

/** Planes → pixels in slices, so that whoever else shares this thread is not held up by a large picture. */
export async function toPixels(planes: Planes): Promise<Pixels> {
  const { width, height } = planes;
  const data = new Uint8ClampedArray(3 * width * height);
  for (let start = 0; start < width * height; start += SLICE) {
    copyPixels(planes, data, start, Math.min(start + SLICE, width * height));
    await setImmediate();
  }
  return { width, height, data };
}

/** A picture in sharp's hands. */
export function sharpOf(picture: Planes | Pixels): Sharp {
  const { width, height, data } = picture;
  const bytes = data instanceof Float32Array ? toBytes({ width, height, data }) : data;
  return sharp(bytes, { raw: { width, height, channels: 3 } });
}
