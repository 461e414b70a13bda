import { UsageError, UserError } from "../../shared/errors.ts";
import type { Size } from "../engine/engine.ts";

/** A part of a picture: an aspect ratio around the middle, or a rectangle in pixels. */
export type Crop =
  | { readonly kind: "aspect"; readonly width: number; readonly height: number }
  | {
      readonly kind: "rectangle";
      readonly left: number;
      readonly top: number;
      readonly width: number;
      readonly height: number;
    };

export interface Rectangle extends Size {
  readonly left: number;
  readonly top: number;
}

/** Reads `16:9` or `LEFT,TOP,WIDTHxHEIGHT`. */
export function parseCrop(text: string): Crop {
  const aspect = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(text);
  if (aspect) {
    const [width, height] = [Number(aspect[1]), Number(aspect[2])];
    if (width > 0 && height > 0) return { kind: "aspect", width, height };
  }
  const rectangle = /^(\d+),(\d+),(\d+)x(\d+)$/.exec(text);
  if (rectangle) {
    const [left, top, width, height] = rectangle.slice(1).map(Number) as [number, number, number, number];
    if (width > 0 && height > 0) return { kind: "rectangle", left, top, width, height };
  }
  throw new UsageError(
    `crop "${text}" is neither an aspect like 16:9 nor LEFT,TOP,WIDTHxHEIGHT like 100,50,400x300`,
  );
}

/** The rectangle that a crop takes out of a picture. Throws when it would reach outside. */
export function cropRectangle(crop: Crop, picture: Size, file: string): Rectangle {
  if (crop.kind === "aspect") {
    const scale = Math.min(picture.width / crop.width, picture.height / crop.height);
    const width = Math.max(1, Math.round(crop.width * scale));
    const height = Math.max(1, Math.round(crop.height * scale));
    return {
      left: Math.floor((picture.width - width) / 2),
      top: Math.floor((picture.height - height) / 2),
      width,
      height,
    };
  }
  if (crop.left + crop.width > picture.width || crop.top + crop.height > picture.height)
    throw new UserError(
      `${file}: the crop ${crop.left},${crop.top},${crop.width}x${crop.height} reaches outside the picture, which is ${picture.width}×${picture.height}`,
    );
  return crop;
}
