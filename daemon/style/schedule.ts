import type { Schedule, Stage } from "../../shared/recipe.ts";

/** Automatic stages begin at or below this longest side: what is laid out there stays coherent above. */
const COARSEST = 256;
/** Each automatic stage takes this share of the iterations of the one before. */
const ITERATIONS_PER_STAGE = 0.5;

/**
 * The stages of a schedule whose result has `longestSide` (at most the schedule's size): automatic ones
 * grow by an even factor between √2 and 2 per stage.
 */
export function stagesOf(schedule: Schedule, longestSide: number): Stage[] {
  const { stages, iterations } = schedule;
  if (stages === "single") return [{ size: longestSide, iterations }];
  if (stages !== "auto")
    return stages.map((stage) => ({ ...stage, size: Math.min(stage.size, longestSide) }));
  if (longestSide <= COARSEST) return [{ size: longestSide, iterations }];
  const steps = Math.ceil(Math.log2(longestSide / COARSEST));
  const factor = Math.max(Math.SQRT2, (longestSide / COARSEST) ** (1 / steps));
  return Array.from({ length: steps + 1 }, (_, i) => ({
    size: Math.round(longestSide / factor ** (steps - i)),
    iterations: Math.max(1, Math.round(iterations * ITERATIONS_PER_STAGE ** i)),
  }));
}
