import { valuesBetween } from "./chart-axis.ts";

/** Dots of a braille cell by column and row, as Unicode numbers them. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

/** Values over x that only grow, as many of each. */
export interface Curve {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

interface Dot {
  readonly x: number;
  readonly y: number;
}

/** Which x are shown. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Cells of one row that belong to one series. */
export interface ChartRun {
  readonly text: string;
  /** Which series; undefined for empty cells. */
  readonly series: number | undefined;
}

export interface Chart {
  /** Rows of braille, top first. */
  readonly rows: readonly (readonly ChartRun[])[];
  /** Values at the top and the bottom of the axis; NaN where there is nothing to show. */
  readonly top: number;
  readonly bottom: number;
  /** Round values between, by their rows. */
  readonly between: ReadonlyMap<number, number>;
}

interface ChartOptions {
  readonly columns: number;
  readonly rows: number;
  readonly range: Range;
  /** Else one character per cell. */
  readonly hasBraille?: boolean;
  /** A letter for each series, on its line, where that is seen if it is, as near to its end as can be. */
  readonly labels?: readonly string[];
}

/** Lines over a logarithmic axis: two dots by four per cell. Points that are not above 0 are left out. */
export function drawChart(curves: readonly Curve[], options: ChartOptions): Chart {
  const { columns, rows, range, hasBraille = true, labels = [] } = options;
  const [perColumn, perRow] = hasBraille ? [2, 4] : [1, 1];
  const [width, height] = [columns * perColumn, rows * perRow];
  const canvas = new Canvas(columns, rows, perColumn, perRow);
  const seen = curves.map((curve) => extremesOf(curve, range, width));
  let low = Math.min(...seen.flat().map(({ lowest }) => lowest));
  let high = Math.max(...seen.flat().map(({ highest }) => highest));
  if (low > high) return { rows: canvas.runs(), top: Number.NaN, bottom: Number.NaN, between: new Map() };
  if (high <= low * 1.0001) [low, high] = [low / 1.1, high * 1.1];
  const scale = (height - 1) / (Math.log(high) - Math.log(low));
  const rowOf = (y: number) => Math.round((Math.log(high) - Math.log(y)) * scale);
  const lines = seen.map((extremes) =>
    extremes.flatMap(({ x, first, lowest, highest, last }): Dot[] =>
      [first, lowest, highest, last].map((y) => ({ x, y: rowOf(y) })),
    ),
  );
  // The first, which is the total, over the others.
  for (const [index, line] of [...lines.entries()].toReversed())
    for (const [i, dot] of line.entries()) canvas.line(line[i - 1] ?? dot, dot, index);
  const covered = [...labels.entries()].filter(
    ([index, label]) => !canvas.label(lines[index] ?? [], index, label, true),
  );
  for (const [index, label] of covered) canvas.label(lines[index] ?? [], index, label, false);
  const between = valuesBetween({ low, high, rows, rowOf: (y) => Math.floor(rowOf(y) / perRow) });
  return { rows: canvas.runs(), top: high, bottom: low, between };
}

/** All that is seen of the points that fall into one column. */
interface Extremes {
  readonly x: number;
  readonly first: number;
  lowest: number;
  highest: number;
  last: number;
}

/**
 * Of each of `width` columns its first, lowest, highest and last value: lines through them cover the very dots that
 * lines through all points would (Jugel et al. 2014, "M4").
 */
function extremesOf({ x: xs, y: ys }: Curve, range: Range, width: number): Extremes[] {
  const all: Extremes[] = [];
  let column: Extremes | undefined;
  for (let i = 0; i < xs.length; i++) {
    const [at, y] = [xs[i]!, ys[i]!];
    if (!(at >= range.from && at <= range.to && y > 0 && y < Number.POSITIVE_INFINITY)) continue;
    const x = columnOf(at, range, width);
    if (column?.x !== x) {
      column = { x, first: y, lowest: y, highest: y, last: y };
      all.push(column);
      continue;
    }
    if (y < column.lowest) column.lowest = y;
    if (y > column.highest) column.highest = y;
    column.last = y;
  }
  return all;
}

/** Which of `width` columns an x falls into. */
export function columnOf(x: number, { from, to }: Range, width: number): number {
  return Math.round(((x - from) / Math.max(1e-9, to - from)) * (width - 1));
}

/** The x of a column, the other way round. */
export function xOfColumn(column: number, { from, to }: Range, width: number): number {
  return from + (column / Math.max(1, width - 1)) * (to - from);
}

/** Cells of dots, each of the series that drew into it last. */
class Canvas {
  readonly #columns: number;
  readonly #perColumn: number;
  readonly #perRow: number;
  readonly #dots: Uint8Array[];
  readonly #owners: Int8Array[];
  readonly #labels: Map<number, string>[];

  constructor(columns: number, rows: number, perColumn: number, perRow: number) {
    this.#columns = columns;
    this.#perColumn = perColumn;
    this.#perRow = perRow;
    this.#dots = Array.from({ length: rows }, () => new Uint8Array(columns));
    this.#owners = Array.from({ length: rows }, () => new Int8Array(columns).fill(-1));
    this.#labels = Array.from({ length: rows }, () => new Map());
  }

  line(from: Dot, to: Dot, series: number): void {
    const steps = Math.max(1, Math.abs(to.x - from.x), Math.abs(to.y - from.y));
    for (let i = 0; i <= steps; i++)
      this.#dot(
        Math.round(from.x + ((to.x - from.x) * i) / steps),
        Math.round(from.y + ((to.y - from.y) * i) / steps),
        series,
      );
  }

  /** Puts a letter on the last of the points that have none and, if it must be seen, are not covered by others. */
  label(points: readonly Dot[], series: number, letter: string, isSeen: boolean): boolean {
    for (const { x, y } of points.toReversed()) {
      const [column, row] = [Math.floor(x / this.#perColumn), Math.floor(y / this.#perRow)];
      const [labels, owners] = [this.#labels[row], this.#owners[row]];
      if (labels === undefined || owners === undefined || labels.has(column)) continue;
      if (isSeen && owners[column] !== series) continue;
      labels.set(column, letter);
      owners[column] = series;
      return true;
    }
    return false;
  }

  #dot(x: number, y: number, series: number): void {
    const [column, row] = [Math.floor(x / this.#perColumn), Math.floor(y / this.#perRow)];
    const [dots, owners] = [this.#dots[row], this.#owners[row]];
    if (dots === undefined || owners === undefined || column < 0 || column >= this.#columns) return;
    dots[column]! |= DOTS[x % this.#perColumn]![y % this.#perRow]!;
    owners[column] = series;
  }

  runs(): ChartRun[][] {
    return this.#dots.map((dots, y) => {
      const runs: { text: string; series: number | undefined }[] = [];
      for (const [x, bits] of dots.entries()) {
        const owner = this.#owners[y]![x]!;
        const series = owner < 0 ? undefined : owner;
        const dot = this.#perRow === 1 ? "*" : String.fromCodePoint(0x2800 + bits);
        const text = this.#labels[y]?.get(x) ?? (bits === 0 ? " " : dot);
        const last = runs.at(-1);
        if (last !== undefined && last.series === series) last.text += text;
        else runs.push({ text, series });
      }
      return runs;
    });
  }
}
