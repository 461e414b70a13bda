import { UserError } from "../../shared/errors.ts";
import type { Recipe, Schedule, Stage } from "../../shared/recipe.ts";
import type { Size } from "../image/planes.ts";
import { fit, leastLongestSide, longestSide, MIN_SIDE } from "../image/source.ts";

/** Automatic stages begin at or below this longest side: what is laid out there stays coherent above. */
const COARSEST = 256;
/** Each automatic stage takes this share of the iterations of the one before. */
const ITERATIONS_PER_STAGE = 0.5;

/**
 * The stages of a schedule for a content: automatic ones grow by an even factor between √2 and 2 per stage,
 * and none is so small that a side of it vanishes in the network.
 */
export function stagesOf(schedule: Schedule, content: Size): Stage[] {
  const { stages, iterations } = schedule;
  const longest = longestSide(fit(content, schedule.size));
  if (stages === "single") return [{ size: longest, iterations }];
  if (stages !== "auto") return stages.map((stage) => ({ ...stage, size: Math.min(stage.size, longest) }));
  if (longest <= COARSEST) return [{ size: longest, iterations }];
  const steps = Math.ceil(Math.log2(longest / COARSEST));
  const factor = Math.max(Math.SQRT2, (longest / COARSEST) ** (1 / steps));
  const least = leastLongestSide(content);
  return Array.from({ length: steps + 1 }, (_, i) => Math.round(longest / factor ** (steps - i)))
    .filter((size) => size >= least)
    .map((size, i) => ({
      size,
      iterations: Math.max(1, Math.round(iterations * ITERATIONS_PER_STAGE ** i)),
    }));
}

/** The size at which a style is described, beside a picture with such a longest side. */
export function styleSize(style: Size, longest: number): Size {
  return fit(style, Math.max(longest, leastLongestSide(style)));
}

/** Throws a UserError where the content, at the size asked for or at that of a stage, is too narrow for the network. */
export function checkSides({ content: { file }, schedule }: Recipe, content: Size): void {
  const { size, stages } = schedule;
  const smallest = Math.min(size, ...(typeof stages === "string" ? [] : stages.map((stage) => stage.size)));
  const least = leastLongestSide(content);
  if (smallest >= least) return;
  const { width, height } = fit(content, smallest);
  throw new UserError(
    `${file} is ${width}×${height} pixels at size ${smallest}, and every side needs at least ${MIN_SIDE}; the least --size is ${least}`,
  );
}
