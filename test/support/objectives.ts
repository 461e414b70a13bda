import { expect } from "vitest";
import type { Engine } from "../../daemon/engine/engine.ts";
import type { Planes } from "../../daemon/image/planes.ts";
import { uniformAt } from "../../daemon/random.ts";
import { coefficientsOf, EVEN, lossOf, planOf, type Terms } from "../../daemon/style/loss.ts";
import type { Loss } from "../../daemon/style/optimizer.ts";
import { blend, describePictures } from "../../daemon/style/targets.ts";
import type { Objective } from "../../shared/objective.ts";
import { PRESETS } from "../../shared/presets.ts";
import { readNpy } from "./npy.ts";

export interface Case {
  readonly content: Planes;
  readonly style: Planes;
  readonly image: Planes;
}

/** A prepared objective on three pictures, to be evaluated at any point. Another engine may describe them. */
export async function objectiveOn<V>(
  engine: Engine<V>,
  objective: Objective,
  { content, style }: Case,
  describer: Pick<Engine<unknown>, "describe"> = engine,
) {
  const plan = planOf(objective);
  const targets = blend(await describePictures(describer, plan, content, [style]), [1]);
  const evaluator = await engine.prepare(plan, content);
  evaluator.setTargets(targets);
  const coefficients = coefficientsOf(objective, EVEN, targets, content);
  const evaluate = lossOf(evaluator, () => coefficients);
  const { space } = evaluator;
  return {
    async at(image: Float32Array): Promise<Loss<Terms> & { gradient: Float32Array }> {
      const [point, slope] = [space.fromHost(image), space.create()];
      const loss = await evaluate(point, slope);
      const gradient = await space.toHost(slope);
      space.free(point);
      space.free(slope);
      return { ...loss, gradient };
    },
    dispose: async () => await evaluator.dispose(),
  };
}

/** Random levels, the same on every machine. */
export function randomPicture(seed: number, stream: number, height: number, width: number): Planes {
  const data = Float32Array.from({ length: 3 * height * width }, (_, i) =>
    Math.floor(256 * uniformAt(seed, stream, i)),
  );
  return { height, width, data };
}

export interface Expected {
  readonly recipe: Objective;
  readonly total: number;
  readonly terms: Record<string, number>;
  readonly gradientNorm: number;
}

/** Compares terms (1e-4 relative each) and gradient (‖Δ‖/‖g‖) with a float64 reference. */
export async function expectToMatch<V>(
  engine: Engine<V>,
  pictures: Case,
  expected: Expected,
  gradientFile: string,
  { gradientTolerance = 1e-4, describer = engine } = {},
): Promise<void> {
  const objective = await objectiveOn(engine, expected.recipe, pictures, describer);
  const { total, terms, gradient } = await objective.at(pictures.image.data);
  await objective.dispose();
  expect([...terms.keys()].toSorted()).toEqual(Object.keys(expected.terms).toSorted());
  for (const [term, value] of Object.entries(expected.terms))
    expect(Math.abs((terms.get(term as never) as unknown as number) / value - 1), term).toBeLessThanOrEqual(
      1e-4,
    );
  expect(Math.abs(total / expected.total - 1)).toBeLessThanOrEqual(1e-4);
  const reference = readNpy(gradientFile);
  expect(reference.shape).toEqual([pictures.image.height, pictures.image.width, 3]);
  expect(relativeDistance(gradient, toPlaneOrder(reference.data))).toBeLessThanOrEqual(gradientTolerance);
}

/** Numbers beyond the range of pixels count as its ends, and are drawn back where that lowers the loss. */
export async function expectToKeepRange<V>(engine: Engine<V>): Promise<void> {
  const [content, style, image] = [0, 1, 2].map((stream) => randomPicture(5, stream, 17, 19)) as [
    Planes,
    Planes,
    Planes,
  ];
  const { objective } = PRESETS[0].method;
  const shallow: Objective = { ...objective, content: { conv1_1: 1 }, style: {} };
  // What draws numbers out of the range.
  const far = { ...content, data: content.data.map((value) => 3 * value - 255) };
  const prepared = await objectiveOn(engine, shallow, { content: far, style, image });
  const excess = (i: number) => (i % 3 === 0 ? 70 : i % 3 === 1 ? -70 : 0);
  const beyond = image.data.map((value, i) => value + excess(i));
  const within = beyond.map((value) => Math.min(255, Math.max(0, value)));
  const [outside, inside] = [await prepared.at(beyond), await prepared.at(within)];
  await prepared.dispose();
  expect(outside.total).toBe(inside.total);
  const kept = inside.gradient.map((slope, i) =>
    ((within[i] as number) - (beyond[i] as number)) * slope > 0 ? 0 : slope,
  );
  expect(kept).not.toEqual(inside.gradient);
  expect(relativeDistance(outside.gradient, kept)).toBe(0);
}

function toPlaneOrder(interleaved: Float32Array): Float32Array {
  const area = interleaved.length / 3;
  return Float32Array.from(
    interleaved,
    (_, i) => interleaved[(i % area) * 3 + Math.floor(i / area)] as number,
  );
}

export function relativeDistance(a: Float32Array, b: Float32Array): number {
  let difference = 0;
  let length = 0;
  for (const [i, value] of b.entries()) {
    difference += ((a[i] as number) - value) ** 2;
    length += value ** 2;
  }
  return Math.sqrt(difference / length);
}
