import type { LossPoint } from "../../shared/jobs.ts";
import { formatNumber } from "../terminal/print.ts";
import { valueOf } from "./job-detail.ts";
import { flowItems } from "./wrap-lines.ts";

export const LEGEND_GAP = "  ";
/** Most values are no wider, so that the rows stay as many while values change. */
const VALUE_COLUMNS = 8;

export interface LegendEntry {
  readonly text: string;
  /** Which term. */
  readonly series: number;
}

/** Every term with its value in rows of so many columns; the names alone where that would be too many rows. */
export function legendRows(
  terms: readonly string[],
  point: LossPoint | undefined,
  columns: number,
  mostRows: number,
): LegendEntry[][] {
  const names = terms.map((term, series) => ({ text: shortened(term), series }));
  const nameColumns = Math.max(...names.map(({ text }) => text.length));
  const values = terms.map((term, series) => {
    const value = point === undefined ? "" : formatNumber(valueOf(point, term));
    return { text: `${shortened(term).padEnd(nameColumns)} ${value.padEnd(VALUE_COLUMNS)}`, series };
  });
  const rows = flowItems(values, columns, LEGEND_GAP.length);
  return rows.length <= mostRows ? rows : flowItems(names, columns, LEGEND_GAP.length).slice(0, mostRows);
}

/** `style.conv4_1` as `s4_1`: in a legend there is little room. */
function shortened(term: string): string {
  return term.replace(/^(s|c)(?:tyle|ontent)\.conv/, "$1");
}
