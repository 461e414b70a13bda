import { isDeepStrictEqual } from "node:util";
import type { TermName } from "../../shared/terms.ts";
import type { Evaluator, Target, Targets } from "../engine/engine.ts";
import { limited, type Planes, type Size } from "../image/planes.ts";
import type { Terms } from "./loss.ts";
import type { Optimizer } from "./optimizer.ts";
import { blend, type Descriptions } from "./targets.ts";

/** One stage at work. */
export interface ActiveStage<V> {
  readonly evaluator: Evaluator<V>;
  optimizer: Optimizer<V, Terms>;
  readonly size: Size;
  readonly descriptions: Descriptions;
  /** What its evaluator has, and the shares of the styles in it. */
  blended: { readonly targets: Targets; readonly shares: readonly number[] } | undefined;
  coefficients: ReadonlyMap<TermName, number>;
}

/** The targets of a stage; those that the shares of the styles change are brought to its evaluator. */
export function targetsOf<V>(active: ActiveStage<V>, shares: readonly number[]): Targets {
  const before = active.blended;
  if (before !== undefined && isDeepStrictEqual(before.shares, shares)) return before.targets;
  const targets = blend(active.descriptions, shares);
  const isNew = ([term, target]: [TermName, Target]) => before?.targets.get(term) !== target;
  active.evaluator.setTargets(new Map([...targets].filter(isNew)));
  active.blended = { targets, shares };
  return targets;
}

/** What an optimiser has come to, in the range of pixels, which L-BFGS leaves. */
export async function pictureOf<V>({ evaluator, optimizer, size }: ActiveStage<V>): Promise<Planes> {
  return limited({ ...size, data: await evaluator.space.toHost(optimizer.result) });
}
