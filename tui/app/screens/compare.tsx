import { Box, Text } from "ink";
import { useEffect, useMemo, useRef } from "react";
import stringWidth from "string-width";
import { cropPicture, movePart, type Part, WHOLE_PART, zoomPart } from "../../terminal/crop-picture.ts";
import { percentOf, stateText, titleOf } from "../../terminal/job-text.ts";
import { formatNumber } from "../../terminal/print.ts";
import { drawChart } from "../chart.ts";
import { type ComparedJob, comparedJobs, differenceRows } from "../compared-jobs.ts";
import type { Action } from "../keys.ts";
import { bandsOf, pictureAreas } from "../layout.ts";
import { valueOf } from "../loss-history.ts";
import { ChartEnds, ChartRows, rowsOfChart } from "../parts/chart-rows.tsx";
import { DifferencesPane } from "../parts/differences-pane.tsx";
import { chartColumnsOf } from "../parts/loss-pane.tsx";
import { contentColumns, contentRows, Pane } from "../parts/pane.tsx";
import { useShell } from "../shell.ts";
import { useScreenState } from "../use-screen-state.ts";

const AXIS_COLUMNS = 9;
const MOST_PIXELS = 4096;
const CAPTION_ROWS = 1;

interface CompareState {
  readonly part: Part;
  readonly term: number;
  /** The first line of what differs that is shown. */
  readonly top: number;
}

/** Jobs side by side: the same part of their pictures, their losses over one another, what their recipes differ in. */
export function Compare({ ids }: { readonly ids: readonly string[] }) {
  const shell = useShell();
  const { state, mirror, pictures, columns, rows, theme } = shell;
  const ui = useScreenState<CompareState>(() => ({ part: WHOLE_PART, term: 0, top: 0 }));
  const { part } = ui.current;
  const compared = comparedJobs(ids, state, theme.series);
  const bands = useMemo(() => bandsOf(rows, 0.55, pictures.isPossible), [rows, pictures]);
  const areas = useMemo(
    () =>
      pictureAreas(
        columns,
        bands.pictureRows,
        ids.map((id) => [id, 1]),
      ),
    [columns, bands, ids],
  );
  const width = Math.min(MOST_PIXELS, Math.ceil(pictures.widthOf(columns / ids.length) / part.extent));
  const latest = useRef(new Map<string, Buffer>());
  const shown = useRef(part);
  shown.current = part;

  useEffect(() => pictures.arrange(areas), [pictures, areas]);
  useEffect(() => {
    mirror.onPicture = (job, data) => {
      latest.current.set(job, Buffer.from(data));
      show(job);
    };
    mirror.follow({ jobs: ids, width, perSecond: pictures.isPossible ? 1 : 0 });
    for (const id of ids)
      mirror.picture(id, "made").then(
        (picture) => mirror.onPicture(id, picture),
        () => {
          // It has none yet; it is shown as it is made.
        },
      );
  }, [mirror, ids, width]);
  useEffect(() => ids.forEach(show), [part, areas]);
  const show = (id: string) => {
    const picture = latest.current.get(id);
    if (picture === undefined) return;
    cropPicture(picture, shown.current).then(
      (cut) => pictures.show(id, cut),
      () => pictures.show(id, undefined),
    );
  };

  const terms = [...new Set(compared.flatMap(({ detail }) => detail.losses.terms))];
  const term = terms[ui.current.term % terms.length] ?? "total";
  const paneRows = bands.paneRows - CAPTION_ROWS;
  const chartColumns = Math.floor(columns / 2);
  const differenceColumns = columns - chartColumns;
  const differences = differenceRows(compared, contentColumns(differenceColumns));
  const room = Math.max(1, contentRows(paneRows));
  const topAt = (wanted: number) => Math.max(0, Math.min(wanted, differences.length - room));

  const move = (across: number, down: number) => () =>
    ui.update({ part: movePart(ui.current.part, across, down) });
  const scroll = (by: number) => () => ui.update({ top: topAt(topAt(ui.current.top) + by) });
  const handlers: Partial<Record<Action, () => void>> = {
    closer: () => ui.update({ part: zoomPart(ui.current.part, 0.5) }),
    wider: () => ui.update({ part: zoomPart(ui.current.part, 2) }),
    partLeft: move(-1, 0),
    partRight: move(1, 0),
    partUp: move(0, -1),
    partDown: move(0, 1),
    compareTerm: () => ui.update({ term: ui.current.term + 1 }),
    differencesUp: scroll(-room),
    differencesDown: scroll(room),
  };
  shell.takeKeys({
    place: () => "compare",
    words: {
      ...(topAt(ui.current.top + room) <= topAt(ui.current.top) && { differencesDown: "" }),
      ...(part.extent === 1 && { partLeft: "" }),
    },
    act: (action) => handlers[action]?.(),
    point: ({ by }) => {
      if (by !== "click") handlers[by === "up" ? "closer" : "wider"]?.();
    },
  });

  return (
    <>
      <Box height={bands.pictureRows} />
      <Box height={CAPTION_ROWS}>
        {compared.map((one) => (
          <Box key={one.id} width={Math.floor(columns / ids.length)} justifyContent="center" paddingX={1}>
            <Text color={one.colour} wrap="truncate">
              {captionOf(one, term, Math.floor(columns / ids.length) - 2)}
            </Text>
          </Box>
        ))}
      </Box>
      <Box height={paneRows}>
        <Pane
          title={`${term}${part.extent < 1 ? `, part ${formatNumber(100 * part.extent)} %` : ""}, log scale`}
          isFocused
          columns={chartColumns}
          rows={paneRows}
        >
          <Overlaid compared={compared} term={term} columns={chartColumns} rows={paneRows} />
        </Pane>
        <DifferencesPane
          lines={differences}
          top={topAt(ui.current.top)}
          columns={differenceColumns}
          rows={paneRows}
        />
      </Box>
    </>
  );
}

/** What is told apart first, as there may be little room. */
function captionOf({ id, letter, job, detail }: ComparedJob, term: string, columns: number): string {
  const name = `${letter} ${id.slice(0, 4)}`;
  if (job === undefined) return `${name} removed`;
  const last = detail.losses.last;
  const value = last === undefined ? "" : ` ${formatNumber(valueOf(last, term))}`;
  const state = job.status.state === "done" ? "done" : `${stateText(job)} ${percentOf(job)}`;
  const known = `${name} ${state}${value} `;
  return known + titleOf(job.recipe, Math.max(1, columns - stringWidth(known)));
}

interface OverlaidProps {
  readonly compared: readonly ComparedJob[];
  readonly term: string;
  readonly columns: number;
  readonly rows: number;
}

function Overlaid({ compared, term, columns, rows }: OverlaidProps) {
  const { glyphs, theme } = useShell();
  const all = compared.map(({ detail }) => detail.losses);
  if (all.every(({ length }) => length === 0)) return <Text color={theme.dim}>no losses yet</Text>;
  const last = Math.max(...all.map((losses) => losses.last?.iteration ?? 0));
  const range = { from: Math.min(...all.map((losses) => losses.first?.iteration ?? last)), to: last };
  const { chartRows, hasEnds } = rowsOfChart(contentRows(rows));
  const chart = drawChart(
    all.map((losses) => losses.curve(term)),
    {
      columns: chartColumnsOf(columns),
      rows: chartRows,
      range,
      hasBraille: glyphs.hasBraille,
      labels: compared.map(({ letter }) => letter),
    },
  );
  return (
    <>
      <ChartRows chart={chart} colours={compared.map(({ colour }) => colour)} axisColumns={AXIS_COLUMNS} />
      {hasEnds && <ChartEnds range={range} columns={chartColumnsOf(columns)} axisColumns={AXIS_COLUMNS} />}
    </>
  );
}
