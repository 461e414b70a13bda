import { Box, Text } from "ink";
import { useMemo } from "react";
import type { TimelineEntry } from "../../shared/controls.ts";
import type { Job, LossPoint } from "../../shared/jobs.ts";
import { formatNumber } from "../terminal/print.ts";
import { drawChart } from "./chart.ts";
import { contentColumns, contentRows, Pane } from "./pane.tsx";
import { THEME } from "./theme.ts";

interface LossPaneProps {
  readonly losses: readonly LossPoint[];
  readonly timeline: readonly TimelineEntry[];
  readonly term: string;
  /** How often the newest half was taken. */
  readonly zoom: number;
  readonly job: Job | undefined;
  readonly isFocused: boolean;
  readonly columns: number;
  readonly rows: number;
}

const AXIS_COLUMNS = 9;

/** The loss or one of its terms over the iterations, on a logarithmic axis; changes of controls are marked below. */
export function LossPane({ losses, timeline, term, zoom, job, isFocused, columns, rows }: LossPaneProps) {
  const chartRows = Math.max(1, contentRows(rows) - 1);
  const chartColumns = Math.max(4, contentColumns(columns) - AXIS_COLUMNS);
  const chart = useMemo(() => {
    const shown = losses.slice(Math.floor(losses.length * (1 - 0.5 ** zoom)));
    const points = shown.map((point) => ({
      x: point.iteration,
      y: term === "total" ? point.total : (point.terms[term] ?? Number.NaN),
    }));
    const markers = [
      ...timeline.map(({ iteration }) => iteration),
      ...shown.flatMap((point, i) => (i > 0 && point.stage !== shown[i - 1]?.stage ? [point.iteration] : [])),
    ];
    return drawChart(points, chartColumns, chartRows, markers);
  }, [losses, timeline, term, zoom, chartColumns, chartRows]);
  const last = losses.at(-1);
  const value = term === "total" ? last?.total : last?.terms[term];
  const line = Array.from({ length: chartColumns }, (_, x) => (chart.markers.includes(x) ? "▲" : " ")).join(
    "",
  );
  return (
    <Pane
      title={`${term}${value === undefined ? "" : ` ${formatNumber(value)}`}${job?.progress ? `  iteration ${job.progress.iteration}` : ""}`}
      isFocused={isFocused}
      columns={columns}
      rows={rows}
    >
      {losses.length === 0 ? (
        <Text color={THEME.dim}>no losses yet</Text>
      ) : (
        <Box flexDirection="column">
          {chart.rows.map((text, y) => (
            <Text key={y} wrap="truncate">
              <Text color={THEME.dim}>{axisLabel(y, chart.top, chart.bottom, chartRows)}</Text>
              <Text color={THEME.accent}>{text}</Text>
            </Text>
          ))}
          <Text color={THEME.warning} wrap="truncate">
            {" ".repeat(AXIS_COLUMNS) + line}
          </Text>
        </Box>
      )}
    </Pane>
  );
}

function axisLabel(row: number, top: number, bottom: number, rows: number): string {
  const text = row === 0 ? formatNumber(top) : row === rows - 1 ? formatNumber(bottom) : "";
  return `${text.padStart(AXIS_COLUMNS - 1)} `;
}
