import { UsageError } from "./errors.ts";

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
    `"${text}" is neither an aspect like 16:9 nor LEFT,TOP,WIDTHxHEIGHT like 100,50,400x300`,
  );
}
