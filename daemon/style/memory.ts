import { UserError } from "../../shared/errors.ts";
import type { Recipe } from "../../shared/recipe.ts";
import type { Engine, Size } from "../engine/engine.ts";
import { planOf } from "./loss.ts";

/** Bytes of optimiser vectors per pixel: three float32 channels each. */
function optimizerBytesPerPixel({ optimizer }: Recipe): number {
  const vectors = optimizer.kind === "lbfgs" ? 6 + 2 * optimizer.pairs : 9;
  return vectors * 3 * 4;
}

type Estimator = Pick<Engine<unknown>, "estimateBytes">;

/** Peak bytes of making a recipe's picture at a size. */
export function estimateRunBytes(engine: Estimator, recipe: Recipe, size: Size): number {
  const optimizer = optimizerBytesPerPixel(recipe) * size.height * size.width;
  return engine.estimateBytes(planOf(recipe.objective), size) + optimizer;
}

/** Refuses a run that cannot fit into `available` bytes, naming the largest size that would. */
export function checkMemory(
  engine: Estimator,
  recipe: Recipe,
  size: Size,
  available = process.availableMemory(),
): void {
  const needed = estimateRunBytes(engine, recipe, size);
  if (needed <= available) return;
  let fitting = Math.max(size.height, size.width);
  const scaled = (longest: number): Size => {
    const scale = longest / Math.max(size.height, size.width);
    return { height: Math.round(size.height * scale), width: Math.round(size.width * scale) };
  };
  while (fitting > 16 && estimateRunBytes(engine, recipe, scaled(fitting)) > available)
    fitting = Math.floor(fitting * 0.98);
  throw new UserError(
    `${size.width}×${size.height} needs about ${gigabytes(needed)} of memory and ${gigabytes(available)} is free; ` +
      (fitting > 16 ? `--size ${fitting} would fit` : "free some memory first"),
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
