import { Text } from "ink";
import { useMemo } from "react";
import stringWidth from "string-width";
import type { Job } from "../../../shared/jobs.ts";
import { formatNumber } from "../../terminal/print.ts";
import { columnOf, drawChart, type Range, xOfColumn } from "../chart.ts";
import { type ChartWindow, rangeOf } from "../chart-window.ts";
import { type JobDetail, NO_DETAIL, NOT_KNOWN } from "../job-detail.ts";
import { LEGEND_GAP, legendRows, seriesLetter, shortName } from "../legend.ts";
import { valueOf } from "../loss-history.ts";
import { useShell } from "../shell.ts";
import { cutToRows } from "../wrap-lines.ts";
import { ChartEnds, ChartRows, rowsOfChart } from "./chart-rows.tsx";
import { contentColumns, contentRows, Pane } from "./pane.tsx";

interface LossPaneProps {
  readonly detail: JobDetail;
  /** Which are shown. */
  readonly terms: readonly string[];
  readonly window: ChartWindow;
  /** The iteration whose values are told; else those under the cursor, or the newest. */
  readonly at?: number | undefined;
  readonly job: Job | undefined;
  /** What there is to say of the job above its losses. */
  readonly note?: LossNote | undefined;
  readonly isFocused: boolean;
  readonly columns: number;
  readonly rows: number;
}

export interface LossNote {
  readonly text: string;
  readonly isProblem: boolean;
}

const AXIS_COLUMNS = 9;
/** Below the axis, which is logarithmic. */
const AXIS_MARK = "log";
const MARKER_ROWS = 1;
/** A note above losses takes at most such a part of the rows. */
const NOTED = 1 / 4;

/** Columns of the chart itself in a pane of so many. */
export function chartColumnsOf(columns: number): number {
  return Math.max(4, contentColumns(columns) - AXIS_COLUMNS);
}

/** The loss or its terms over the iterations; changes of controls and stages are marked below. */
export function LossPane({ detail, terms, window, at, job, note, isFocused, columns, rows }: LossPaneProps) {
  const { theme, glyphs, state } = useShell();
  const hasLink = state.link.state === "open";
  const { losses } = detail;
  const chartColumns = chartColumnsOf(columns);
  const range = rangeOf(window, losses);
  const point =
    at !== undefined
      ? losses.nearest(at)
      : window.cursor === undefined
        ? losses.last
        : losses.nearest(xOfColumn(window.cursor, range, chartColumns));
  const noted =
    note === undefined
      ? []
      : cutToRows(
          note.text,
          contentColumns(columns),
          Math.max(1, Math.floor(contentRows(rows) * (losses.length === 0 ? 1 : NOTED))),
        );
  const room = contentRows(rows) - noted.length;
  const legend =
    terms.length > 1 ? legendRows(terms, point, contentColumns(columns), Math.floor(room / 2)) : [];
  const { chartRows, hasEnds } = rowsOfChart(room - MARKER_ROWS - legend.length);
  const chart = useMemo(
    () =>
      drawChart(
        terms.map((term) => losses.curve(term)),
        {
          columns: chartColumns,
          rows: chartRows,
          range,
          hasBraille: glyphs.hasBraille,
          labels: terms.length > 1 ? terms.map((_, i) => seriesLetter(i)) : [],
        },
      ),
    [losses, terms.join(" "), range.from, range.to, chartColumns, chartRows, glyphs],
  );
  const colours = terms.map((_, i) => theme.series[i % theme.series.length] ?? theme.accent);
  return (
    <Pane title={titleOf()} isFocused={isFocused} columns={columns} rows={rows}>
      {noted.length > 0 && <Text color={note?.isProblem ? theme.error : theme.dim}>{noted.join("\n")}</Text>}
      {losses.length === 0 ? (
        noted.length === 0 && (
          <Text color={theme.dim}>{detail === NO_DETAIL && !hasLink ? NOT_KNOWN : "no losses yet"}</Text>
        )
      ) : (
        <>
          <ChartRows chart={chart} colours={colours} axisColumns={AXIS_COLUMNS} cursor={window.cursor} />
          <Text color={theme.warning} wrap="truncate">
            <Text color={theme.dim}>{`${AXIS_MARK.padStart(AXIS_COLUMNS - 1)} `}</Text>
            {markerLine(detail, range, chartColumns, glyphs.marker)}
          </Text>
          {hasEnds && <ChartEnds range={range} columns={chartColumns} axisColumns={AXIS_COLUMNS} />}
          {legend.map((entries) => (
            <Text key={entries[0]?.series} wrap="truncate">
              {entries.map(({ text, series: term }, i) => (
                <Text key={term} color={colours[term] ?? theme.accent}>
                  {i === 0 ? text : LEGEND_GAP + text}
                </Text>
              ))}
            </Text>
          ))}
        </>
      )}
    </Pane>
  );

  /** The value, which iteration it is of, and which are shown; in short where there is little room. */
  function titleOf(): string {
    const where = at ?? point?.iteration ?? job?.progress?.iteration ?? 0;
    const [only = "total"] = terms;
    if (point === undefined) return terms.length === 1 ? only : "Losses";
    const name = terms.length > 1 ? "total" : only;
    const value = formatNumber(valueOf(point, name));
    const shown = `${Math.ceil(range.from)}–${Math.floor(range.to)}`;
    const titles = [
      `${name} ${value}  iteration ${where} of ${shown}`,
      `${name} ${value}  iteration ${where}`,
      `${shortName(name)} ${value}  iteration ${where}`,
    ];
    return titles.find((title) => stringWidth(title) <= contentColumns(columns)) ?? `${value} at ${where}`;
  }
}

/** A sign under each change of controls, a bar where a stage begins. */
function markerLine({ losses, timeline }: JobDetail, range: Range, columns: number, marker: string): string {
  const cells = Array.from({ length: columns }, () => " ");
  const put = (iteration: number, sign: string) => {
    if (iteration >= range.from && iteration <= range.to) cells[columnOf(iteration, range, columns)] = sign;
  };
  const { iterations, stages } = losses;
  for (let i = 1; i < stages.length; i++) if (stages[i] !== stages[i - 1]) put(iterations[i]!, "|");
  for (const { iteration } of timeline) put(iteration, marker);
  return cells.join("");
}
