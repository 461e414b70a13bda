/** What round numbers begin with, the roundest first. */
const ROUND: readonly (readonly number[])[] = [
  [1],
  [1, 2, 5],
  Array.from({ length: 9 }, (_, i) => 1 + i),
  Array.from({ length: 90 }, (_, i) => 1 + i / 10),
  Array.from({ length: 900 }, (_, i) => 1 + i / 100),
];
/** So many rows lie from a value to the next, at least; of a long axis, such a part. */
const [LEAST_GAP, GAP] = [2, 1 / 6];
/** Of values between the ends. */
const ENOUGH = 2;

interface AxisOptions {
  readonly low: number;
  readonly high: number;
  readonly rows: number;
  /** The row that a value is drawn in. */
  readonly rowOf: (value: number) => number;
}

/** Values by the rows that they lie in, the roundest for which there is room between the ends of a logarithmic axis. */
export function valuesBetween({ low, high, rows, rowOf }: AxisOptions): ReadonlyMap<number, number> {
  const gap = Math.max(LEAST_GAP, Math.ceil(rows * GAP));
  const [first, last] = [LEAST_GAP, rows - 1 - LEAST_GAP];
  const possible = Math.floor((last - first) / gap) + 1;
  let between: (readonly [row: number, value: number])[] = [];
  for (const mantissas of ROUND) {
    if (between.length >= Math.min(ENOUGH, possible)) break;
    const found: typeof between = [];
    for (const value of roundNumbers(mantissas, low, high)) {
      const row = rowOf(value);
      const next = (found.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY) + gap;
      if (row >= Math.max(first, next) && row <= last) found.push([row, value]);
    }
    if (found.length > between.length) between = found;
  }
  return new Map(between);
}

/** Those from the highest to the lowest that begin so. */
function* roundNumbers(mantissas: readonly number[], low: number, high: number): Generator<number> {
  for (let power = Math.floor(Math.log10(high)); power >= Math.floor(Math.log10(low)); power--)
    for (const mantissa of mantissas.toReversed()) {
      const value = mantissa * 10 ** power;
      if (value > low && value < high) yield value;
    }
}
