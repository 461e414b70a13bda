import type { VectorSpace } from "../engine/vector-space.ts";

/** Dot products of vectors that rarely change: each is computed once, all missing ones in one batch. */
export class DotTable<V> {
  readonly #space: VectorSpace<V>;
  readonly #known = new Map<V, Map<V, number>>();

  constructor(space: VectorSpace<V>) {
    this.#space = space;
  }

  /** The symmetric table of all products of `vectors`. */
  async of(vectors: readonly V[]): Promise<number[][]> {
    await this.learn(vectors, []);
    return vectors.map((a) => vectors.map((b) => this.#known.get(a)?.get(b) as number));
  }

  /** Learns all products of `vectors`, and in the same batch those of some other pairs, which it gives. */
  async learn(vectors: readonly V[], others: readonly (readonly [V, V])[]): Promise<number[]> {
    // The newer vector first: spaces read that one once for several partners.
    const missing = vectors.flatMap((a, i) =>
      vectors
        .slice(0, i + 1)
        .filter((b) => !this.#known.get(a)?.has(b))
        .map((b): [V, V] => (this.#countOf(a) <= this.#countOf(b) ? [a, b] : [b, a])),
    );
    const values = await this.#space.dots([...missing, ...others]);
    for (const [i, [a, b]] of missing.entries()) {
      this.#remember(a, b, values[i] as number);
      this.#remember(b, a, values[i] as number);
    }
    return values.slice(missing.length);
  }

  /** Must be called when a vector's numbers change. */
  forget(vector: V): void {
    this.#known.delete(vector);
    for (const products of this.#known.values()) products.delete(vector);
  }

  #countOf(vector: V): number {
    return this.#known.get(vector)?.size ?? 0;
  }

  #remember(a: V, b: V, value: number): void {
    const products = this.#known.get(a) ?? new Map<V, number>();
    this.#known.set(a, products.set(b, value));
  }
}
