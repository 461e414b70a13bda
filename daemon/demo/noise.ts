import { uniformAt } from "../random.ts";

/** Smooth random field in 0..1 over the plane, one bump per unit. */
export function smoothNoise(seed: number, x: number, y: number): number {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [ease(x - column), ease(y - row)];
  const corner = (i: number, j: number) => uniformAt(seed, (row + j) >>> 0, (column + i) >>> 0);
  return mix(mix(corner(0, 0), corner(1, 0), u), mix(corner(0, 1), corner(1, 1), u), v);
}

/** Several octaves of smooth noise, 0..1. */
export function fractalNoise(seed: number, x: number, y: number, octaves: number): number {
  let sum = 0;
  let range = 0;
  for (let i = 0; i < octaves; i++) {
    sum += smoothNoise(seed + i, x * 2 ** i, y * 2 ** i) / 2 ** i;
    range += 1 / 2 ** i;
  }
  return sum / range;
}

export function mix(a: number, b: number, share: number): number {
  return a + (b - a) * share;
}

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothStep(low: number, high: number, value: number): number {
  return ease(Math.min(1, Math.max(0, (value - low) / (high - low))));
}

function ease(t: number): number {
  return t * t * (3 - 2 * t);
}

export type Colour = readonly [red: number, green: number, blue: number];

export function mixColours(a: Colour, b: Colour, share: number): Colour {
  return [mix(a[0], b[0], share), mix(a[1], b[1], share), mix(a[2], b[2], share)];
}

/** The colour at `position` (0..1) of evenly spaced stops. */
export function gradient(stops: readonly Colour[], position: number): Colour {
  const place = Math.min(0.9999, Math.max(0, position)) * (stops.length - 1);
  const index = Math.floor(place);
  return mixColours(stops[index] as Colour, stops[index + 1] as Colour, place - index);
}
