import { PRESETS } from "../../shared/presets.ts";
import { type Recipe, recipeSchema } from "../../shared/recipe.ts";

interface Options extends Partial<Recipe> {
  readonly size?: number;
  readonly iterations?: number;
}

const { method } = PRESETS[0];

/**
 * A recipe that takes a moment: `iterations` at `size` pixels through the first layers. Deep ones hold most of the
 * filters, which take seconds to draw and to open; what a queue, a link or a screen does with a job is the same.
 */
export function smallRecipe(
  pictures: { content: string; style: string },
  { size = 48, iterations = 6, ...rest }: Options = {},
): Recipe {
  return recipeSchema.parse({
    ...method,
    objective: { ...method.objective, content: { conv2_2: 1 }, style: { conv1_1: 5, conv2_1: 5 } },
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

/** The same with the layers of the default, for benchmarks. */
export function realRecipe(pictures: { content: string; style: string }, options: Options = {}): Recipe {
  return smallRecipe(pictures, { objective: method.objective, ...options });
}
