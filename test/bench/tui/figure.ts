/** A number that was measured, and the most that it may be. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly limit?: number;
}

export function isMissed({ value, limit }: Figure): boolean {
  return limit !== undefined && !(value <= limit);
}

export function lineOf(figure: Figure): string {
  const { what, value, unit, limit } = figure;
  const shown = `${Number(value.toPrecision(3))} ${unit}`.padStart(12);
  if (limit === undefined) return `${shown}  ${what}`;
  return `${shown}  ${what}, at most ${limit}${isMissed(figure) ? "  MISSED" : ""}`;
}

/** Middle and worst of times in milliseconds. */
export function timesOf(
  what: string,
  milliseconds: readonly number[],
  limits: { median?: number; worst?: number } = {},
): Figure[] {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  const unit = "ms";
  return [
    {
      what: `${what}, median of ${sorted.length}`,
      value: at(0.5),
      unit,
      ...(limits.median !== undefined && { limit: limits.median }),
    },
    { what: `${what}, 95 %`, value: at(0.95), unit },
    {
      what: `${what}, worst`,
      value: at(1),
      unit,
      ...(limits.worst !== undefined && { limit: limits.worst }),
    },
  ];
}
