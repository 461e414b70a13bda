export interface Pair<V> {
  /** Step and change of the gradient. */
  readonly s: V;
  readonly y: V;
}

/** s₀…, y₀…, gradient; oldest first. */
export function basisOf<V>(pairs: readonly Pair<V>[], gradient: V): V[] {
  return [...pairs.map(({ s }) => s), ...pairs.map(({ y }) => y), gradient];
}

/**
 * The two-loop recursion on coefficients: `dots` are the products of the basis. Each y
 * counts as its scale times itself; returns the coefficients of −H·gradient in the basis as it is.
 */
export function twoLoop(dots: readonly (readonly number[])[], scales: readonly number[]): number[] {
  const count = scales.length;
  const all = [...scales.map(() => 1), ...scales, 1];
  const dot = (i: number, j: number) => (all[i] as number) * (all[j] as number) * (dots[i]?.[j] as number);
  const factors = new Array<number>(2 * count + 1).fill(0);
  factors[2 * count] = -1;
  const along = (i: number) => factors.reduce((sum, factor, j) => sum + factor * dot(j, i), 0);
  const alphas = new Array<number>(count);
  for (let i = count - 1; i >= 0; i--) {
    const alpha = along(i) / dot(i, count + i);
    alphas[i] = alpha;
    factors[count + i] = (factors[count + i] as number) - alpha;
  }
  if (count > 0) {
    const newest = count - 1;
    const scale = dot(newest, count + newest) / dot(count + newest, count + newest);
    for (let i = 0; i < factors.length; i++) factors[i] = (factors[i] as number) * scale;
  }
  for (let i = 0; i < count; i++) {
    const beta = along(count + i) / dot(i, count + i);
    factors[i] = (factors[i] as number) + (alphas[i] as number) - beta;
  }
  return factors.map((factor, i) => factor * (all[i] as number));
}
