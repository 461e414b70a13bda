import type { Recipe } from "../../shared/recipe.ts";
import type { VectorSpace } from "../engine/vector-space.ts";
import type { Planes } from "../image/planes.ts";
import { Adam } from "./adam.ts";
import { Lbfgs } from "./lbfgs.ts";
import type { Evaluate, Optimizer } from "./optimizer.ts";

/** Levels of 0..255 that L-BFGS's first step moves a pixel by: visible, and far from overshooting. */
export const FIRST_MOVE = 2;

/** The optimiser that a recipe asks for, at a picture. */
export function createOptimizer<V, Terms>(
  { optimizer }: Pick<Recipe, "optimizer">,
  space: VectorSpace<V>,
  start: Planes,
  evaluate: Evaluate<V, Terms>,
): Optimizer<V, Terms> {
  const point = space.fromHost(start.data);
  switch (optimizer.kind) {
    case "lbfgs":
      return new Lbfgs(space, point, evaluate, { ...optimizer, firstMove: FIRST_MOVE });
    case "adam":
      return new Adam(space, point, evaluate, optimizer);
  }
}
