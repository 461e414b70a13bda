import { grouped } from "./grouped.ts";

/** Products of some vectors with some others, which one operation gives. */
export interface DotBlock<V> {
  readonly lefts: readonly V[];
  readonly rights: readonly V[];
  /** Which of them were asked for, and where. */
  readonly places: readonly { readonly place: number; readonly left: number; readonly right: number }[];
}

/**
 * Few blocks rather than few products: an answer from a device takes longer than it takes the device. L-BFGS asks for
 * the products of three new vectors with all others.
 */
const LEFTS = 3;
/** More would take too much memory beside each other. */
const RIGHTS = 24;

/**
 * What gives all of these products. But for a single product, all blocks are of one size, since a library may add in
 * another order for another size: after a checkpoint products come in other blocks, and must come to the same bits.
 */
export function dotBlocks<V>(pairs: readonly (readonly [V, V])[]): DotBlock<V>[] {
  const [only, another] = pairs;
  if (only !== undefined && another === undefined)
    return [{ lefts: [only[0]], rights: [only[1]], places: [{ place: 0, left: 0, right: 0 }] }];
  const all = [...new Set(pairs.map(([left]) => left))];
  return grouped(all, LEFTS).flatMap((lefts) => {
    const own = [...pairs.entries()].filter(([, [left]]) => lefts.includes(left));
    const wanted = new Set(own.map(([, [, right]]) => right));
    // Always in one order, as what a program has just written makes it another one by its place.
    const partners = [
      ...lefts.filter((left) => wanted.has(left)),
      ...[...wanted].filter((right) => !lefts.includes(right)),
    ];
    return grouped(partners, RIGHTS).map((rights) => ({
      lefts: filled(lefts, LEFTS),
      rights: filled(rights, RIGHTS),
      places: own
        .map(([place, [left, right]]) => ({ place, left: lefts.indexOf(left), right: rights.indexOf(right) }))
        .filter(({ right }) => right >= 0),
    }));
  });
}

/** Up to so many, with the last again and again: it is no result of this program's, as long as there are others. */
function filled<V>(vectors: readonly V[], count: number): V[] {
  const last = vectors.at(-1) as V;
  return [...vectors, ...Array.from({ length: count - vectors.length }, () => last)];
}
