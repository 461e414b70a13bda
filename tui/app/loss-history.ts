import type { LossPoint } from "../../shared/jobs.ts";
import type { Curve } from "./chart.ts";

/** The most points that are kept as more come; beyond it every other one is left out. */
const MAX_POINTS = 20_000;
const SMALLEST_ROOM = 64;

/** What is kept of a loss. */
export type LossRow = Omit<LossPoint, "seconds">;

/** Columns with room for more rows; histories that went on from one another share them. */
interface Table {
  rows: number;
  readonly room: number;
  readonly iterations: Float64Array;
  readonly stages: Float64Array;
  /** By term, `total` among them; NaN where a row has none. */
  readonly values: Map<string, Float64Array>;
}

/**
 * A job's losses by growing iteration. It never changes: more rows make another one. Charts of all terms read tens of
 * thousands of numbers at a key press, so they are kept as columns.
 */
export class LossHistory {
  static readonly EMPTY = new LossHistory(emptyTable(0), 0);
  readonly length: number;
  readonly iterations: Float64Array;
  readonly stages: Float64Array;
  readonly #table: Table;

  private constructor(table: Table, length: number) {
    this.#table = table;
    this.length = length;
    this.iterations = table.iterations.subarray(0, length);
    this.stages = table.stages.subarray(0, length);
  }

  get first(): LossRow | undefined {
    return this.at(0);
  }

  get last(): LossRow | undefined {
    return this.at(this.length - 1);
  }

  /** What a loss consists of, the total first. */
  get terms(): string[] {
    return ["total", ...Object.keys(this.last?.terms ?? {})];
  }

  at(row: number): LossRow | undefined {
    const [iteration, stage] = [this.iterations[row], this.stages[row]];
    if (iteration === undefined || stage === undefined) return undefined;
    const { total = Number.NaN, ...terms } = Object.fromEntries(
      [...this.#table.values].flatMap(([term, values]) => {
        const value = values[row] ?? Number.NaN;
        return Number.isNaN(value) ? [] : [[term, value] as const];
      }),
    );
    return { iteration, stage, total, terms };
  }

  /** A term over the iterations. */
  curve(term: string): Curve {
    const y = this.#table.values.get(term)?.subarray(0, this.length);
    return { x: this.iterations, y: y ?? new Float64Array(this.length).fill(Number.NaN) };
  }

  /** The row nearest to an iteration. */
  nearest(iteration: number): LossRow | undefined {
    const row = this.#rowFrom(iteration);
    const [before, after] = [this.iterations[row - 1], this.iterations[row]];
    if (before === undefined) return this.first;
    return this.at(after !== undefined && after - iteration <= iteration - before ? row : row - 1);
  }

  /** With losses of later iterations. A worker that died repeats some; they are the same. */
  with(points: Iterable<LossRow>): LossHistory {
    const last = this.iterations.at(-1) ?? 0;
    const added = [...points].filter(({ iteration }) => iteration > last);
    if (added.length === 0) return this;
    const length = this.length + added.length;
    const isShared = this.#table.rows === this.length && length <= this.#table.room;
    const table = isShared ? this.#table : copyOf(this.#table, this.length, 2 * length);
    for (const row of added) append(table, row);
    const all = new LossHistory(table, length);
    return length > MAX_POINTS ? all.#thinned() : all;
  }

  upTo(iteration: number): LossHistory {
    return new LossHistory(this.#table, this.#rowFrom(iteration + 1));
  }

  *[Symbol.iterator](): Generator<LossRow> {
    for (let row = 0; row < this.length; row++) yield this.at(row)!;
  }

  /** Every other row, the newest among them. */
  #thinned(): LossHistory {
    return LossHistory.EMPTY.with([...this].filter((_, row) => (this.length - row) % 2 === 1));
  }

  /** The first row whose iteration is no smaller. */
  #rowFrom(iteration: number): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.iterations[middle]! < iteration) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export function valueOf(row: LossRow, term: string): number {
  return term === "total" ? row.total : (row.terms[term] ?? Number.NaN);
}

function emptyTable(room: number): Table {
  const [iterations, stages] = [new Float64Array(room), new Float64Array(room)];
  return { rows: 0, room, iterations, stages, values: new Map() };
}

function copyOf(table: Table, rows: number, most: number): Table {
  const copy = emptyTable(Math.max(SMALLEST_ROOM, most));
  copy.iterations.set(table.iterations.subarray(0, rows));
  copy.stages.set(table.stages.subarray(0, rows));
  for (const [term, values] of table.values) columnOf(copy, term).set(values.subarray(0, rows));
  copy.rows = rows;
  return copy;
}

function append(table: Table, { iteration, stage, total, terms }: LossRow): void {
  const row = table.rows++;
  table.iterations[row] = iteration;
  table.stages[row] = stage;
  columnOf(table, "total")[row] = total;
  for (const [term, value] of Object.entries(terms)) columnOf(table, term)[row] = value;
}

function columnOf({ values, room }: Table, term: string): Float64Array {
  const column = values.get(term) ?? new Float64Array(room).fill(Number.NaN);
  values.set(term, column);
  return column;
}
