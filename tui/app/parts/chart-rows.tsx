import { Text } from "ink";
import { paint } from "../../terminal/paint.ts";
import { formatNumber } from "../../terminal/print.ts";
import type { Chart, ChartRun, Range } from "../chart.ts";
import { useShell } from "../shell.ts";

interface ChartRowsProps {
  readonly chart: Chart;
  /** Of each series. */
  readonly colours: readonly string[];
  readonly axisColumns: number;
  /** Column with an upright line. */
  readonly cursor?: number | undefined;
}

/** A chart with its axis. */
export function ChartRows({ chart, colours, axisColumns, cursor }: ChartRowsProps) {
  const { theme, glyphs } = useShell();
  const label = (row: number) => {
    const value =
      row === 0 ? chart.top : row === chart.rows.length - 1 ? chart.bottom : chart.between.get(row);
    return `${(value === undefined || Number.isNaN(value) ? "" : formatNumber(value)).padStart(axisColumns - 1)} `;
  };
  const colourOf = ({ series }: ChartRun) =>
    series === CURSOR ? theme.warning : series === undefined ? undefined : colours[series];
  // A row is one text: with many series its runs would be hundreds of elements.
  return chart.rows.map((runs, y) => (
    // Rows have no identity but their place.
    <Text key={y} wrap="truncate">
      {paint(label(y), theme.dim) +
        (cursor === undefined ? runs : withCursor(runs, cursor, glyphs.cursor))
          .map((run) => paint(run.text, colourOf(run)))
          .join("")}
    </Text>
  ));
}

/** With so many rows for a chart, one of them may tell of its iterations. */
const SPARING_ROWS = 7;

/** How a chart's rows are divided: its own, and below it perhaps one with the ends of its range. */
export function rowsOfChart(room: number): { chartRows: number; hasEnds: boolean } {
  const hasEnds = room >= SPARING_ROWS;
  return { chartRows: Math.max(1, hasEnds ? room - 1 : room), hasEnds };
}

interface ChartEndsProps {
  readonly range: Range;
  /** Of the chart itself. */
  readonly columns: number;
  readonly axisColumns: number;
}

/** The first and the last iteration, below the ends of a chart. */
export function ChartEnds({ range, columns, axisColumns }: ChartEndsProps) {
  const { theme } = useShell();
  const [from, to] = [`${Math.ceil(range.from)}`, `${Math.floor(range.to)}`];
  return (
    <Text color={theme.dim} wrap="truncate">
      {" ".repeat(axisColumns) + from + to.padStart(columns - from.length)}
    </Text>
  );
}

const CURSOR = -1;

/** Puts the line into cells that nothing was drawn into. */
function withCursor(runs: readonly ChartRun[], column: number, sign: string): ChartRun[] {
  let x = 0;
  return runs.flatMap((run) => {
    const at = column - x;
    x += run.text.length;
    if (at < 0 || at >= run.text.length || run.text[at] !== " ") return [run];
    return [
      { text: run.text.slice(0, at), series: run.series },
      { text: sign, series: CURSOR },
      { text: run.text.slice(at + 1), series: run.series },
    ].filter(({ text }) => text !== "");
  });
}
