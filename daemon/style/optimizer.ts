import type { VectorSpace } from "../engine/vector-space.ts";
import type { VectorSources } from "../files/vectors-file.ts";

/** The loss at a point: its value, and what each term adds to it. */
export interface Loss<Terms = unknown> {
  readonly total: number;
  readonly terms: Terms;
}

/**
 * Computes loss and gradient at a point. A loss that is not finite is returned, not thrown: a line search may step back
 * from it. In an ordered space all commands are given at once, before anything is awaited.
 */
export type Evaluate<V, Terms> = (point: V, gradient: V) => Promise<Loss<Terms>>;

/** A loss, and what is asked about its gradient; where the space is ordered it is asked for while the loss is computed. */
export async function withAnswer<Terms, T>(
  { isOrdered }: Pick<VectorSpace<never>, "isOrdered">,
  evaluated: Promise<Loss<Terms>>,
  ask: () => Promise<T>,
): Promise<[Loss<Terms>, T]> {
  if (!isOrdered) await evaluated;
  return await Promise.all([evaluated, ask()]);
}

/** The same with a gradient that leaves greys grey: every vector that comes of grey ones is grey then. */
export function amongGreys<V, Terms>(
  { isOrdered, toGrey }: Pick<VectorSpace<V>, "isOrdered" | "toGrey">,
  evaluate: Evaluate<V, Terms>,
): Evaluate<V, Terms> {
  return async (point, gradient) => {
    const evaluated = evaluate(point, gradient);
    if (!isOrdered) await evaluated;
    toGrey(gradient);
    return await evaluated;
  };
}

/** What one iteration came to. */
export interface Step<Terms> {
  readonly loss: Loss<Terms>;
  /** Evaluations that this iteration took. */
  readonly evaluations: number;
  /** No step lowers the loss any more within float32's precision. */
  readonly isConverged: boolean;
}

/**
 * Everything that an optimiser needs to go on to the same bits: vectors and plain numbers by name. What `save` gives is
 * to be read before the optimiser does anything else.
 */
export interface OptimizerState {
  readonly vectors: VectorSources;
  readonly numbers: Readonly<Record<string, number>>;
}

/** Vectors of a space, to be read one by one. */
export function sourcesOf<V>(space: VectorSpace<V>, vectors: Readonly<Record<string, V>>): VectorSources {
  const { length } = space;
  return Object.fromEntries(
    Object.entries(vectors).map(([name, vector]) => [
      name,
      { length, read: async () => await space.toHost(vector) },
    ]),
  );
}

/** Brings a saved vector into a space. */
export async function brought<V>(
  space: VectorSpace<V>,
  { vectors }: OptimizerState,
  name: string,
): Promise<V> {
  const source = vectors[name];
  if (source === undefined) throw new Error(`the state has no vector ${name}`);
  return space.fromHost(await source.read());
}

/** An optimiser at work on one point of a vector space. */
export interface Optimizer<V, Terms> {
  /** One iteration. */
  step(): Promise<Step<Terms>>;
  /** The point to show: the newest, or the average of the iterates where that is kept. */
  readonly result: V;
  /** The objective has changed: its loss and slope are others, and what was learned about its curvature holds in part. */
  objectiveChanged(): void;
  save(): OptimizerState;
  /** Goes on from a saved state instead of the starting point. */
  restore(state: OptimizerState): Promise<void>;
  dispose(): void;
}
