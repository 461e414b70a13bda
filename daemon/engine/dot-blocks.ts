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
export const MOST_RIGHTS = 24;

/** What gives all of these products. */
export function dotBlocks<V>(pairs: readonly (readonly [V, V])[]): DotBlock<V>[] {
  const all = [...new Set(pairs.map(([left]) => left))];
  return grouped(all, LEFTS).flatMap((lefts) => {
    const own = [...pairs.entries()].filter(([, [left]]) => lefts.includes(left));
    const wanted = new Set(own.map(([, [, right]]) => right));
    // Always in one order, as what a program has just written makes it another one by its place.
    const partners = [
      ...lefts.filter((left) => wanted.has(left)),
      ...[...wanted].filter((right) => !lefts.includes(right)),
    ];
    return grouped(partners, MOST_RIGHTS).map((rights) => ({
      lefts,
      rights,
      places: own
        .map(([place, [left, right]]) => ({ place, left: lefts.indexOf(left), right: rights.indexOf(right) }))
        .filter(({ right }) => right >= 0),
    }));
  });
}
