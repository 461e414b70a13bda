import { PRESETS } from "../../shared/presets.ts";
import { type Recipe, recipeSchema } from "../../shared/recipe.ts";

/** A recipe that takes about a second: `iterations` at `size` pixels. */
export function smallRecipe(
  pictures: { content: string; style: string },
  { size = 48, iterations = 6, ...rest }: { size?: number; iterations?: number } & Partial<Recipe> = {},
): Recipe {
  const { method } = PRESETS[0];
  return recipeSchema.parse({
    ...method,
    ...rest,
    version: 1,
    preset: "default",
    content: { file: pictures.content },
    styles: rest.styles ?? [{ file: pictures.style, weight: 1 }],
    crop: null,
    seed: 0,
    schedule: rest.schedule ?? { size, stages: "single", iterations, stopBelow: null },
  });
}
