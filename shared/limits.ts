/** Bounds of a number from outside, both of them allowed. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Of what people may ask for; options, recipes, controls, requests and their texts derive from this table. */
export const LIMITS = {
  size: { min: 16, max: 16384 },
  iterations: { min: 1, max: 1_000_000 },
  seed: { min: 0, max: 2 ** 32 - 1 },
  /** Multiplies all terms of a kind. */
  factor: { min: 0, max: 1e12 },
  /** Of a term. */
  weight: { min: 0, max: 1e30 },
  /** Of one style picture in a blend. */
  share: { min: 0, max: 1e6 },
  pairs: { min: 1, max: 200 },
  learningRate: { min: 1e-6, max: 255 },
  stopBelow: { min: 0, max: 100 },
  priority: { min: -1000, max: 1000 },
  threads: { min: 1, max: 1024 },
} as const satisfies Record<string, Range>;

export function isWithin(value: number, { min, max }: Range): boolean {
  return value >= min && value <= max;
}

/** `0 to 1e12`: bounds as people write them. */
export function rangeText({ min, max }: Range): string {
  return [min, max].map(boundText).join(" to ");
}

function boundText(value: number): string {
  return Math.abs(value) >= 1e6 ? value.toExponential().replace("e+", "e") : String(value);
}
