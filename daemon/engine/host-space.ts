import type { VectorSpace } from "./vector-space.ts";

/** Numbers handled at a time, so that a block stays in the cache while all vectors pass over it. */
const BLOCK = 16384;

/** Vectors in the process's own memory, for engines that compute on the CPU. */
export function hostSpace(length: number): VectorSpace<Float32Array> {
  return {
    length,
    create: () => new Float32Array(length),
    fromHost: (values) => Float32Array.from(values),
    toHost: async (vector) => vector.slice(),
    copy: (from, into) => into.set(from),
    dots: async (pairs) => {
      const sums = new Array<number>(pairs.length).fill(0);
      for (let start = 0; start < length; start += BLOCK) {
        const end = Math.min(start + BLOCK, length);
        for (const [i, [a, b]] of pairs.entries()) sums[i] = (sums[i] as number) + dot(a, b, start, end);
      }
      return sums;
    },
    combine: (terms, into) => {
      const sum = new Float64Array(Math.min(BLOCK, length));
      for (let start = 0; start < length; start += BLOCK) {
        const end = Math.min(start + BLOCK, length);
        sum.fill(0);
        for (const [factor, vector] of terms) addScaled(factor, vector, sum, start, end);
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
    free: () => {},
  };
}

/** Four sums at once, because one chain of additions would wait for itself. */
function dot(a: Float32Array, b: Float32Array, start: number, end: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = start;
  for (; i + 3 < end; i += 4) {
    s0 += (a[i] as number) * (b[i] as number);
    s1 += (a[i + 1] as number) * (b[i + 1] as number);
    s2 += (a[i + 2] as number) * (b[i + 2] as number);
    s3 += (a[i + 3] as number) * (b[i + 3] as number);
  }
  for (; i < end; i++) s0 += (a[i] as number) * (b[i] as number);
  return s0 + s1 + (s2 + s3);
}

function addScaled(
  factor: number,
  vector: Float32Array,
  sum: Float64Array,
  start: number,
  end: number,
): void {
  for (let i = start; i < end; i++)
    sum[i - start] = (sum[i - start] as number) + factor * (vector[i] as number);
}
