import { type ControlValues, recipeAfter, type TimelineEntry, withChange } from "../../shared/controls.ts";
import type { Recipe } from "../../shared/recipe.ts";
import type { Progress, Transfer } from "./transfer.ts";

/** Who looks on while a picture is made, and may change it. */
export interface Steering {
  /** An iteration was done; changes that follow it come next. */
  onIteration(progress: Progress): void;
  /** Changes that the timeline brings come next; those of iterations that follow each other are one. */
  beforeChange?(iteration: number): Promise<void>;
  /** The next change to be made now, if there is one; resolves once it is written down. */
  nextChange(iteration: number): Promise<ControlValues | undefined>;
}

const UNSTEERED: Steering = {
  onIteration: () => {},
  nextChange: async () => await Promise.resolve(undefined),
};

/** The recipe as its timeline had changed it before an iteration. */
export function recipeAt(recipe: Recipe, timeline: readonly TimelineEntry[], iteration: number): Recipe {
  return recipeAfter(
    recipe,
    timeline.filter((entry) => entry.iteration < iteration),
  );
}

/**
 * Runs a transfer from the iteration it stands at, makes every change of its timeline again at its iteration,
 * and the live ones as they come. Reports an iteration once its changes are made; `timeline` takes the live ones in.
 */
export async function* steer<V>(
  transfer: Transfer<V>,
  timeline: TimelineEntry[],
  startsAt: number,
  steering: Steering = UNSTEERED,
): AsyncGenerator<Progress, void, void> {
  const hasChanges = (iteration: number) =>
    timeline.some((one) => one.iteration === iteration && Object.keys(one.changes).length > 0);
  const makeChanges = async (iteration: number) => {
    if (iteration > startsAt && hasChanges(iteration) && !hasChanges(iteration - 1))
      await steering.beforeChange?.(iteration);
    // An entry without changes is the optimiser's new beginning after an undo or a branch.
    for (const entry of timeline.filter((one) => one.iteration === iteration))
      await (Object.keys(entry.changes).length === 0 ? transfer.restart() : transfer.change(entry.changes));
    for (;;) {
      const changes = await steering.nextChange(iteration);
      if (changes === undefined) return;
      transfer.change(changes);
      timeline.splice(0, timeline.length, ...withChange(timeline, { iteration, changes }));
    }
  };
  await makeChanges(startsAt);
  for await (const progress of transfer.run()) {
    steering.onIteration(progress);
    await makeChanges(progress.iteration);
    yield progress;
  }
}
