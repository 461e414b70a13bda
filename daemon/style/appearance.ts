import type { Recipe } from "../../shared/recipe.ts";
import { type Coloring, coloringOf } from "./coloring.ts";
import { onPhoto } from "./mask.ts";
import type { Pictures } from "./pictures.ts";

/** What people see of an optimiser's picture: whose colours it has, and where it is painted. */
export interface Appearance extends Coloring {
  /** People see the optimiser's picture itself. */
  readonly isWorkItself: boolean;
}

export function appearanceOf({ color }: Pick<Recipe, "color">, pictures: Pictures): Appearance {
  const coloring = coloringOf(color, pictures);
  const painted = onPhoto(pictures);
  return {
    ...coloring,
    toSeen: async (work) => await painted(await coloring.toSeen(work)),
    isWorkItself: !coloring.isGrey && pictures.mask === undefined,
  };
}
