import { formatNumber } from "../terminal/print.ts";
import { type LossRow, valueOf } from "./loss-history.ts";
import { flowItems } from "./wrap-lines.ts";

export const LEGEND_GAP = "  ";
/** Most values are no wider, so that the rows stay as many while values change. */
const VALUE_COLUMNS = 8;

export interface LegendEntry {
  readonly text: string;
  /** Which term. */
  readonly series: number;
}

/** Tells lines apart that have no colours, or share one. */
export function seriesLetter(series: number): string {
  const letter = "abcdefghijklmnopqrstuvwxyz"[series % 26] ?? "";
  return series < 26 ? letter : letter.toUpperCase();
}

/**
 * Every term with its letter and its value in rows of so many columns; without values where that would be too many
 * rows.
 */
export function legendRows(
  terms: readonly string[],
  point: LossRow | undefined,
  columns: number,
  mostRows: number,
): LegendEntry[][] {
  const names = terms.map((term, series) => ({ text: nameOf(term, series), series }));
  const nameColumns = Math.max(...names.map(({ text }) => text.length));
  const values = terms.map((term, series) => {
    const value = point === undefined ? "" : formatNumber(valueOf(point, term));
    return { text: `${nameOf(term, series).padEnd(nameColumns)} ${value.padEnd(VALUE_COLUMNS)}`, series };
  });
  const rows = flowItems(values, columns, LEGEND_GAP.length);
  return rows.length <= mostRows ? rows : flowItems(names, columns, LEGEND_GAP.length).slice(0, mostRows);
}

function nameOf(term: string, series: number): string {
  return `${seriesLetter(series)} ${shortName(term)}`;
}

/** `style.conv4_1` as `s4_1`, where there is little room. */
export function shortName(term: string): string {
  return term.replace(/^(s|c)(?:tyle|ontent)\.conv/, "$1");
}
