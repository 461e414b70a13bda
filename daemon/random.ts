/**
 * Counter-based random numbers: the value at an index depends on seed and index alone, so that the
 * same seed gives the same filters and noise on every machine, and other languages can follow.
 */

/** A well-mixed 32-bit hash (C. Wellons, "lowbias32", public domain). */
function mix(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Uniform in (0, 1). */
export function uniformAt(seed: number, stream: number, index: number): number {
  return (mix((mix((mix(seed) + stream) >>> 0) + index) >>> 0) + 0.5) / 2 ** 32;
}

/** `length` normal numbers with mean 0 and the given deviation (Box–Muller), as float32. */
export function normals(seed: number, stream: number, length: number, deviation: number): Float32Array {
  const result = new Float32Array(length);
  for (let i = 0; i < length; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(uniformAt(seed, stream, i)));
    const angle = 2 * Math.PI * uniformAt(seed, stream, i + 1);
    result[i] = radius * Math.cos(angle);
    if (i + 1 < length) result[i + 1] = radius * Math.sin(angle);
  }
  return result;
}
