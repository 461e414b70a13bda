import { UserError } from "../../shared/errors.ts";
import type { LayerName } from "../../shared/layers.ts";
import type { Objective } from "../../shared/objective.ts";
import type { TermName } from "../../shared/terms.ts";
import type { Evaluator, ObjectivePlan, Targets } from "../engine/engine.ts";
import { positionsOf, termsOfPlan } from "../engine/plan.ts";
import type { Size } from "../image/planes.ts";
import { contentFactor, styleFactor } from "./forms.ts";
import type { Evaluate, Loss } from "./optimizer.ts";

/** Each term with its weight in it; their sum is the total. */
export type Terms = ReadonlyMap<TermName, number>;

/** Weights on top of the objective's own, one for all content and one for all style terms. */
export interface Balance {
  readonly contentWeight: number;
  readonly styleWeight: number;
}

export const EVEN: Balance = { contentWeight: 1, styleWeight: 1 };

/** Loss or gradient became NaN or infinite; says by which term. */
export class NonFiniteLossError extends UserError {
  constructor({ total, terms }: Loss) {
    const all = terms instanceof Map ? [...(terms as Terms)] : [];
    const culprits = all.filter(([, value]) => !Number.isFinite(value));
    const largest = all.toSorted(([, a], [, b]) => b - a).slice(0, 1);
    const list = (named: typeof all) => named.map(([term, value]) => `${term} = ${value}`).join(", ");
    const cause = Number.isFinite(total)
      ? `its gradient overflowed; the largest term is ${list(largest)}`
      : list(culprits) || `total = ${total}`;
    super(`the loss is no longer a finite number (${cause}); lower that term's weight or the learning rate`);
  }
}

export function planOf(objective: Objective): ObjectivePlan {
  return {
    pool: objective.pool,
    contentLayers: Object.keys(objective.content) as LayerName[],
    styleLayers: Object.keys(objective.style) as LayerName[],
    tvForm: objective.tvForm,
  };
}

/** What each term's sum is multiplied by: its form's factor and its weight. */
export function coefficientsOf(
  objective: Objective,
  { contentWeight, styleWeight }: Balance,
  targets: Targets,
  size: Size,
): Map<TermName, number> {
  return new Map(
    termsOfPlan(planOf(objective)).map((term): [TermName, number] => {
      if (term === "tv") return [term, objective.tv];
      const [kind, layer] = term.split(".") as ["content" | "style", LayerName];
      const target = targets.get(term);
      if (target === undefined) throw new Error(`no target for ${term}`);
      const weight = objective[kind][layer] ?? 0;
      if (kind === "content")
        return [term, weight * contentWeight * contentFactor(objective.contentForm, layer, size, target)];
      const factor = styleFactor(objective.styleForm, layer, size, target, positionsOf(layer, size));
      return [term, weight * styleWeight * factor];
    }),
  );
}

/** An evaluator with its coefficients, as optimisers call it. */
export function lossOf<V>(
  evaluator: Evaluator<V>,
  coefficients: () => ReadonlyMap<TermName, number>,
): Evaluate<V, Terms> {
  return async (point, gradient) => {
    const factors = coefficients();
    const sums = await evaluator.evaluate(point, factors, gradient);
    const terms = new Map<TermName, number>();
    for (const [term, sum] of sums) {
      const factor = factors.get(term) ?? 0;
      // Every graph computes total variation, but an objective without it has no such term.
      if (term !== "tv" || factor > 0) terms.set(term, factor * sum);
    }
    return { total: [...terms.values()].reduce((a, b) => a + b, 0), terms };
  };
}
