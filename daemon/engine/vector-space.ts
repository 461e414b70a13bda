/**
 * The vector arithmetic that optimisers need, where the engine keeps its pictures. Optimisers are
 * written once against this; an engine on a device implements it there.
 */
export interface VectorSpace<V> {
  /** Numbers per vector. */
  readonly length: number;
  /**
   * Whether commands, and evaluations with the targets that are set, are carried out in the order in which they are given:
   * nobody has to wait for one before giving the next, and answers that are asked for together come together.
   */
  readonly isOrdered: boolean;
  /** A new vector of zeros. */
  create(): V;
  fromHost(values: Float32Array): V;
  toHost(vector: V): Promise<Float32Array>;
  copy(from: V, into: V): void;
  /** Σ aᵢbᵢ of each pair, summed in float64 or as good. */
  dots(pairs: readonly (readonly [V, V])[]): Promise<number[]>;
  /** into = Σ factor·vector; `into` may be one of the vectors. */
  combine(terms: readonly (readonly [factor: number, vector: V])[], into: V): void;
  /** into = a·b, number by number. */
  multiply(a: V, b: V, into: V): void;
  /** into = a / (√b + epsilon), number by number. */
  divideByRoot(a: V, b: V, epsilon: number, into: V): void;
  /** Limits every number to [low, high] in place. */
  clamp(vector: V, low: number, high: number): void;
  /** Every pixel's three numbers become their mean, in place: what is left of a change that may bring no colour. */
  toGrey(vector: V): void;
  free(vector: V): void;
}
