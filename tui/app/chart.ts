/** Dots of a braille cell by column and row, as Unicode numbers them. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

export interface ChartPoint {
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
export function drawChart(series: readonly (readonly ChartPoint[])[], options: ChartOptions): Chart {
  const { columns, rows, range, hasBraille = true, labels = [] } = options;
  const [perColumn, perRow] = hasBraille ? [2, 4] : [1, 1];
  const isShown = ({ x, y }: ChartPoint) => x >= range.from && x <= range.to && Number.isFinite(y) && y > 0;
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (const points of series)
    for (const point of points)
      if (isShown(point)) {
        low = Math.min(low, point.y);
        high = Math.max(high, point.y);
      }
  const canvas = new Canvas(columns, rows, perColumn, perRow);
  if (high === 0) return { rows: canvas.runs(), top: Number.NaN, bottom: Number.NaN };
  if (high <= low * 1.0001) [low, high] = [low / 1.1, high * 1.1];
  const [width, height] = [columns * perColumn, rows * perRow];
  const [highest, lowest] = [Math.log(high), Math.log(low)];
  // The first, which is the total, over the others.
  const lines: ChartPoint[][] = [];
  for (const [index, points] of [...series.entries()].toReversed()) {
    // Of thousands of points most fall on the dot before.
    const line: ChartPoint[] = [];
    let last: ChartPoint | undefined;
    for (const point of points) {
      if (!isShown(point)) continue;
      const x = columnOf(point.x, range, width);
      const y = Math.round(((highest - Math.log(point.y)) / (highest - lowest)) * (height - 1));
      if (last?.x === x && last.y === y) continue;
      const here = { x, y };
      canvas.line(last ?? here, here, index);
      line.push(here);
      last = here;
    }
    lines[index] = line;
  }
  const covered = [...labels.entries()].filter(
    ([index, label]) => !canvas.label(lines[index] ?? [], index, label, true),
  );
  for (const [index, label] of covered) canvas.label(lines[index] ?? [], index, label, false);
  return { rows: canvas.runs(), top: high, bottom: low };
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

  line(from: { x: number; y: number }, to: { x: number; y: number }, series: number): void {
    const steps = Math.max(1, Math.abs(to.x - from.x), Math.abs(to.y - from.y));
    for (let i = 0; i <= steps; i++)
      this.#dot(
        Math.round(from.x + ((to.x - from.x) * i) / steps),
        Math.round(from.y + ((to.y - from.y) * i) / steps),
        series,
      );
  }

  /** Puts a letter on the last of the points that have none and, if it must be seen, are not covered by others. */
  label(points: readonly ChartPoint[], series: number, letter: string, isSeen: boolean): boolean {
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
