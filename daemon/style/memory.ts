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

/** What a run takes, what is free, and the longest side of a picture of this shape that would fit. */
export interface MemoryNeed {
  readonly bytes: number;
  readonly freeBytes: number;
  readonly largestSize: number;
}

const LEAST_SIZE = 16;

export function memoryNeed(
  engine: Estimator,
  recipe: Recipe,
  size: Size,
  freeBytes = process.availableMemory(),
): MemoryNeed {
  const longest = Math.max(size.height, size.width);
  const bytesAt = (side: number) =>
    estimateRunBytes(engine, recipe, {
      height: Math.round((size.height * side) / longest),
      width: Math.round((size.width * side) / longest),
    });
  let largestSize = longest;
  while (largestSize > LEAST_SIZE && bytesAt(largestSize) > freeBytes)
    largestSize = Math.floor(largestSize * 0.98);
  return { bytes: bytesAt(longest), freeBytes, largestSize };
}

/** Refuses a run that cannot fit into `available` bytes, naming the largest size that would. */
export function checkMemory(engine: Estimator, recipe: Recipe, size: Size, available?: number): void {
  const { bytes, freeBytes, largestSize } = memoryNeed(engine, recipe, size, available);
  if (bytes <= freeBytes) return;
  throw new UserError(
    `${size.width}×${size.height} needs about ${gigabytes(bytes)} of memory and ${gigabytes(freeBytes)} is free; ` +
      (largestSize > LEAST_SIZE ? `--size ${largestSize} would fit` : "free some memory first"),
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
