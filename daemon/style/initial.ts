import type { Recipe } from "../../shared/recipe.ts";
import { type Planes, resample, type Size } from "../image/planes.ts";
import { normals } from "../random.ts";
import type { Pictures } from "./pictures.ts";

/** Stream of the noise among a seed's random numbers; the network's layers have the small ones. */
const NOISE_STREAM = 1000;
const MIDDLE_GREY = 128;
/** Deviation of the noise around middle grey, in levels: nearly all of it lies within 0..255. */
const NOISE_DEVIATION = 40;

/** The picture that the first stage starts from. */
export async function startingPicture(
  recipe: Recipe,
  pictures: Pictures,
  size: Size,
  content: Planes,
): Promise<Planes> {
  const length = 3 * size.height * size.width;
  switch (recipe.init) {
    case "content":
      return content;
    case "style": {
      const [first] = pictures.styles;
      if (first === undefined) throw new Error("a recipe has at least one style");
      return resample(await first.decode(Math.max(size.height, size.width)), size, "cubic");
    }
    case "grey":
      return { ...size, data: new Float32Array(length).fill(MIDDLE_GREY) };
    case "noise":
      return {
        ...size,
        data: normals(recipe.seed, NOISE_STREAM, length, NOISE_DEVIATION).map((value) =>
          Math.min(255, Math.max(0, value + MIDDLE_GREY)),
        ),
      };
    default: {
      if (pictures.init === undefined) throw new Error("the start picture was not opened");
      return await pictures.init.decodeTo(size);
    }
  }
}
