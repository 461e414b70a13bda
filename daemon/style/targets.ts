import type { TermName } from "../../shared/terms.ts";
import type { Engine, ObjectivePlan, Target, Targets } from "../engine/engine.ts";
import type { Planes } from "../image/planes.ts";

/** What a picture's result is compared with, before the styles are blended. */
export interface Descriptions {
  readonly content: Targets;
  /** Gram matrices of each style picture. */
  readonly styles: readonly Targets[];
}

/** One decoded picture at a time: of many styles all at once are far more than what their descriptions take. */
export async function* inTurn<T>(sources: readonly T[], decode: (source: T) => Promise<Planes>) {
  for (const source of sources) yield await decode(source);
}

export async function describePictures(
  engine: Pick<Engine<unknown>, "describe">,
  plan: ObjectivePlan,
  content: Planes,
  styles: Iterable<Planes> | AsyncIterable<Planes>,
): Promise<Descriptions> {
  const { pool, contentLayers, styleLayers } = plan;
  const described: Targets[] = [];
  for await (const style of styles)
    described.push(await engine.describe(style, { pool, contentLayers: [], styleLayers }));
  return {
    content: await engine.describe(content, { pool, contentLayers, styleLayers: [] }),
    styles: described,
  };
}

/**
 * The content's features and the mean of the styles' Gram matrices by weight. Matching the mean has
 * the same gradient as matching every style with its share of the weight.
 */
export function blend({ content, styles }: Descriptions, weights: readonly number[]): Targets {
  const total = weights.reduce((a, b) => a + b, 0);
  const blended = new Map<TermName, Target>();
  for (const [i, grams] of styles.entries())
    for (const [term, { shape, data }] of grams) {
      const sum = blended.get(term)?.data ?? new Float32Array(data.length);
      const share = (weights[i] ?? 0) / total;
      for (let j = 0; j < data.length; j++) sum[j] = (sum[j] as number) + share * (data[j] as number);
      blended.set(term, { shape, data: sum });
    }
  return new Map([...content, ...blended]);
}
