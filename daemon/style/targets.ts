import type { TermName } from "../../shared/terms.ts";
import type { Engine, ObjectivePlan, Planes, Target, Targets } from "../engine/engine.ts";

export interface WeightedPicture {
  readonly picture: Planes;
  readonly weight: number;
}

/**
 * The content's features and the blend of the styles' Gram matrices by weight. Matching the blend has
 * the same gradient as matching every style with its share of the weight.
 */
export async function targetsFor<V>(
  engine: Engine<V>,
  plan: ObjectivePlan,
  content: Planes,
  styles: readonly WeightedPicture[],
): Promise<Targets> {
  const { pool, contentLayers, styleLayers } = plan;
  const targets = await engine.describe(content, { pool, contentLayers, styleLayers: [] });
  const total = styles.reduce((sum, { weight }) => sum + weight, 0);
  const blended = new Map<TermName, Target>();
  for (const { picture, weight } of styles) {
    const grams = await engine.describe(picture, { pool, contentLayers: [], styleLayers });
    for (const [term, { shape, data }] of grams) {
      const sum = blended.get(term)?.data ?? new Float32Array(data.length);
      for (let i = 0; i < data.length; i++)
        sum[i] = (sum[i] as number) + (weight / total) * (data[i] as number);
      blended.set(term, { shape, data: sum });
    }
  }
  return new Map([...targets, ...blended]);
}
