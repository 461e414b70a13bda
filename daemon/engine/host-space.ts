import type { VectorSpace } from "./vector-space.ts";

/** Numbers handled at a time, so that a block stays in the cache while all vectors pass over it. */
const BLOCK = 16384;

/** Vectors in the process's own memory, for engines that compute on the CPU. */
export function hostSpace(length: number): VectorSpace<Float32Array> {
  return {
    length,
    isOrdered: false,
    create: () => new Float32Array(length),
    fromHost: (values) => Float32Array.from(values),
    toHost: async (vector) => vector.slice(),
    copy: (from, into) => into.set(from),
    dots: async (pairs) => {
      const sums = new Float64Array(pairs.length);
      const groups = groupsOf(pairs);
      for (let start = 0; start < length; start += BLOCK) {
        const end = Math.min(start + BLOCK, length);
        for (const { vector, partners, places } of groups)
          addDots(vector, partners, start, end, sums, places);
      }
      return [...sums];
    },
    combine: (terms, into) => {
      const sum = new Float64Array(Math.min(BLOCK, length));
      for (let start = 0; start < length; start += BLOCK) {
        const end = Math.min(start + BLOCK, length);
        sum.fill(0);
        for (let first = 0; first < terms.length; first += 4)
          addScaled(terms.slice(first, first + 4), sum, start, end);
        for (let i = start; i < end; i++) into[i] = sum[i - start] as number;
      }
    },
    multiply: (a, b, into) => {
      for (let i = 0; i < length; i++) into[i] = (a[i] as number) * (b[i] as number);
    },
    divideByRoot: (a, b, epsilon, into) => {
      for (let i = 0; i < length; i++) into[i] = (a[i] as number) / (Math.sqrt(b[i] as number) + epsilon);
    },
    clamp: (vector, low, high) => {
      for (let i = 0; i < length; i++) {
        const value = vector[i] as number;
        if (value < low) vector[i] = low;
        else if (value > high) vector[i] = high;
      }
    },
    toGrey: (vector) => {
      const area = length / 3;
      for (let i = 0; i < area; i++) {
        const sum = (vector[i] as number) + (vector[area + i] as number) + (vector[2 * area + i] as number);
        vector[i] = vector[area + i] = vector[2 * area + i] = sum / 3;
      }
    },
    free: () => {},
  };
}

/** Up to four products of one vector, so that its numbers are read once for all of them. */
interface DotGroup {
  readonly vector: Float32Array;
  readonly partners: readonly Float32Array[];
  /** Where each product stands in the result. */
  readonly places: readonly number[];
}

function groupsOf(pairs: readonly (readonly [Float32Array, Float32Array])[]): DotGroup[] {
  const places = Map.groupBy(pairs.keys(), (i) => pairs[i]?.[0] as Float32Array);
  return [...places].flatMap(([vector, all]) =>
    Array.from({ length: Math.ceil(all.length / 4) }, (_, k) => {
      const group = all.slice(4 * k, 4 * k + 4);
      return { vector, partners: group.map((i) => pairs[i]?.[1] as Float32Array), places: group };
    }),
  );
}

/** Adds the products over [start, end). Every sum has one order of additions, however it is grouped. */
function addDots(
  a: Float32Array,
  partners: readonly Float32Array[],
  start: number,
  end: number,
  sums: Float64Array,
  places: readonly number[],
): void {
  const [b0 = a, b1, b2, b3] = partners;
  if (b1 === undefined || b2 === undefined || b3 === undefined) {
    for (const [k, b] of partners.entries()) {
      let sum = 0;
      for (let i = start; i < end; i++) sum += (a[i] as number) * (b[i] as number);
      addAt(sums, places[k], sum);
    }
    return;
  }
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let i = start; i < end; i++) {
    const value = a[i] as number;
    s0 += value * (b0[i] as number);
    s1 += value * (b1[i] as number);
    s2 += value * (b2[i] as number);
    s3 += value * (b3[i] as number);
  }
  for (const [k, sum] of [s0, s1, s2, s3].entries()) addAt(sums, places[k], sum);
}

function addAt(sums: Float64Array, place: number | undefined, value: number): void {
  if (place !== undefined) sums[place] = (sums[place] as number) + value;
}

/** sum += Σ factor·vector of up to four vectors over [start, end). */
function addScaled(
  terms: readonly (readonly [number, Float32Array])[],
  sum: Float64Array,
  start: number,
  end: number,
): void {
  const [t0, t1, t2, t3] = terms;
  if (t0 === undefined || t1 === undefined || t2 === undefined || t3 === undefined) {
    for (const [factor, vector] of terms)
      for (let i = start; i < end; i++)
        sum[i - start] = (sum[i - start] as number) + factor * (vector[i] as number);
    return;
  }
  const [f0, v0] = t0;
  const [f1, v1] = t1;
  const [f2, v2] = t2;
  const [f3, v3] = t3;
  for (let i = start; i < end; i++)
    sum[i - start] =
      (sum[i - start] as number) +
      f0 * (v0[i] as number) +
      f1 * (v1[i] as number) +
      f2 * (v2[i] as number) +
      f3 * (v3[i] as number);
}
