import type { Recipe } from "../../shared/recipe.ts";
import {
  type ColorMap,
  type ColorMoments,
  colorMoments,
  GREY,
  greysLike,
  matchingColors,
  recolor,
  withHuesOf,
} from "../image/color.ts";
import type { Planes } from "../image/planes.ts";
import type { PictureSource } from "../image/source.ts";
import { keptPerSize } from "./per-size.ts";
import type { Pictures } from "./pictures.ts";

/** Longest side at which colours are looked at: the same for every stage, and quickly read. */
const LOOK_AT = 256;

/** Whose colours a picture has: what the network is shown for that, and what people see of its work. */
export interface Coloring {
  /** As the network is shown them. */
  readonly pictures: Pictures;
  /** What people see of the optimiser's picture. */
  readonly toSeen: (work: Planes) => Promise<Planes>;
  /** What the optimiser begins with where people saw a picture, or would. */
  readonly toWork: (seen: Planes) => Planes;
  /** What it works on stays grey. */
  readonly isGrey: boolean;
}

export function coloringOf(color: Recipe["color"], pictures: Pictures): Coloring {
  const { content, styles } = pictures;
  const photo = once(async () => await looksOf(content));
  const like = (mapOf: (style: ColorMoments, photo: ColorMoments) => ColorMap) =>
    styles.map((style) => recolored(style, async () => mapOf(await looksOf(style), await photo())));
  const asItIs = {
    toSeen: async (work: Planes) => await Promise.resolve(work),
    toWork: (seen: Planes) => seen,
    isGrey: false,
  };
  switch (color) {
    case undefined:
      return { pictures, ...asItIs };
    case "match":
      return { pictures: { ...pictures, styles: like(matchingColors) }, ...asItIs };
    case "luminance": {
      const huesAt = keptPerSize(async (size) => await content.decodeTo(size));
      return {
        pictures: {
          ...pictures,
          content: recolored(content, async () => await Promise.resolve(GREY)),
          styles: like(greysLike),
        },
        toSeen: async (work) => withHuesOf(await huesAt(work), work),
        toWork: (seen) => recolor({ ...seen, data: seen.data.slice() }, GREY),
        isGrey: true,
      };
    }
  }
}

/** The picture in other colours, whatever size it is decoded to. */
function recolored(source: PictureSource, mapOf: () => Promise<ColorMap>): PictureSource {
  const map = once(mapOf);
  return {
    ...source,
    decode: async (longest) => recolor(await source.decode(longest), await map()),
    decodeTo: async (size) => recolor(await source.decodeTo(size), await map()),
  };
}

async function looksOf(source: PictureSource): Promise<ColorMoments> {
  return colorMoments(await source.decode(LOOK_AT));
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return async () => await (made ??= make());
}
