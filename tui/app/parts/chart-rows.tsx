import { Text } from "ink";
import { paint } from "../../terminal/paint.ts";
import { formatNumber } from "../../terminal/print.ts";
import type { Chart, ChartRun } from "../chart.ts";
import { useShell } from "../shell.ts";

interface ChartRowsProps {
  readonly chart: Chart;
  /** Of each series. */
  readonly colours: readonly string[];
  readonly axisColumns: number;
  /** Column with an upright line. */
  readonly cursor?: number | undefined;
}

/** A chart with its axis: the largest value above, the smallest below. */
export function ChartRows({ chart, colours, axisColumns, cursor }: ChartRowsProps) {
  const { theme, glyphs } = useShell();
  const label = (row: number) => {
    const value = row === 0 ? chart.top : row === chart.rows.length - 1 ? chart.bottom : Number.NaN;
    return `${(Number.isNaN(value) ? "" : formatNumber(value)).padStart(axisColumns - 1)} `;
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
