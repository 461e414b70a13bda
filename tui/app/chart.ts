/** Dots of a braille cell by column and row, as Unicode numbers them. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;

export interface ChartPoint {
  readonly x: number;
  readonly y: number;
}

export interface Chart {
  /** Rows of braille, top first. */
  readonly rows: readonly string[];
  /** Values at the top and the bottom of the axis. */
  readonly top: number;
  readonly bottom: number;
  /** Column of each marker. */
  readonly markers: readonly number[];
}

/** A line over a logarithmic axis, in braille: two dots by four per cell. Points that are not above 0 are left out. */
export function drawChart(
  points: readonly ChartPoint[],
  columns: number,
  rows: number,
  markers: readonly number[] = [],
): Chart {
  const good = points.filter(({ y }) => Number.isFinite(y) && y > 0);
  const first = good[0];
  const last = good.at(-1);
  const cells = Array.from({ length: rows }, () => new Uint8Array(columns));
  const [width, height] = [2 * columns, 4 * rows];
  if (first === undefined || last === undefined)
    return { rows: cells.map(toText), top: Number.NaN, bottom: Number.NaN, markers: [] };
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (const { y } of good) [low, high] = [Math.min(low, y), Math.max(high, y)];
  if (high <= low * 1.0001) [low, high] = [low / 1.1, high * 1.1];
  const span = Math.max(1e-9, last.x - first.x);
  const column = (x: number) => Math.round(((x - first.x) / span) * (width - 1));
  const row = (y: number) =>
    Math.round(((Math.log(high) - Math.log(y)) / (Math.log(high) - Math.log(low))) * (height - 1));
  const dot = (x: number, y: number) => {
    const cell = cells[y >> 2];
    if (cell !== undefined && x >= 0 && x < width) cell[x >> 1]! |= DOTS[x & 1]![y & 3]!;
  };
  let before: { x: number; y: number } | undefined;
  for (const point of good) {
    const here = { x: column(point.x), y: row(point.y) };
    const from = before ?? here;
    const steps = Math.max(1, Math.abs(here.x - from.x), Math.abs(here.y - from.y));
    for (let i = 0; i <= steps; i++)
      dot(
        Math.round(from.x + ((here.x - from.x) * i) / steps),
        Math.round(from.y + ((here.y - from.y) * i) / steps),
      );
    before = here;
  }
  return {
    rows: cells.map(toText),
    top: high,
    bottom: low,
    markers: markers.filter((x) => x >= first.x && x <= last.x).map((x) => column(x) >> 1),
  };
}

function toText(cells: Uint8Array): string {
  return String.fromCodePoint(...Array.from(cells, (dots) => 0x2800 + dots));
}
