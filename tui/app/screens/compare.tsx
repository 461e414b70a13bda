import { Box, Text } from "ink";
import { useEffect, useMemo, useRef } from "react";
import type { Job } from "../../../shared/jobs.ts";
import { cropPicture, movePart, type Part, WHOLE_PART, zoomPart } from "../../terminal/crop-picture.ts";
import { percentOf, stateText, titleOf } from "../../terminal/job-text.ts";
import { formatNumber } from "../../terminal/print.ts";
import { drawChart } from "../chart.ts";
import { type JobDetail, NO_DETAIL, termsOf, valueOf } from "../job-detail.ts";
import type { Action } from "../keys.ts";
import { bandsOf, pictureAreas } from "../layout.ts";
import { ChartRows } from "../parts/chart-rows.tsx";
import { chartColumnsOf } from "../parts/loss-pane.tsx";
import { contentRows, Pane } from "../parts/pane.tsx";
import { differencesOf } from "../recipe-differences.ts";
import { useShell } from "../shell.ts";
import { useScreenState } from "../use-screen-state.ts";

const AXIS_COLUMNS = 9;
const MOST_PIXELS = 4096;

interface CompareState {
  readonly part: Part;
  readonly term: number;
}

/** Jobs side by side: the same part of their pictures, their losses over one another, what their recipes differ in. */
export function Compare({ ids }: { readonly ids: readonly string[] }) {
  const shell = useShell();
  const { state, mirror, pictures, columns, rows, theme } = shell;
  const ui = useScreenState<CompareState>(() => ({ part: WHOLE_PART, term: 0 }));
  const { part } = ui.current;
  const jobs = ids.flatMap((id) => state.jobs.find((job) => job.id === id) ?? []);
  const details = ids.map((id) => state.details.get(id) ?? NO_DETAIL);
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

  const move = (across: number, down: number) => () =>
    ui.update({ part: movePart(ui.current.part, across, down) });
  const handlers: Partial<Record<Action, () => void>> = {
    closer: () => ui.update({ part: zoomPart(ui.current.part, 0.5) }),
    wider: () => ui.update({ part: zoomPart(ui.current.part, 2) }),
    partLeft: move(-1, 0),
    partRight: move(1, 0),
    partUp: move(0, -1),
    partDown: move(0, 1),
    compareTerm: () => ui.update({ term: ui.current.term + 1 }),
  };
  shell.takeKeys({
    place: () => "compare",
    act: (action) => handlers[action]?.(),
    point: ({ by }) => handlers[by === "up" ? "closer" : "wider"]?.(),
  });

  const terms = [...new Set(details.flatMap(termsOf))];
  const term = terms[ui.current.term % terms.length] ?? "total";
  const colours = ids.map((_, i) => theme.series[i % theme.series.length] ?? theme.accent);
  const differences = differencesOf(jobs.map((job, i) => ({ job, timeline: details[i]?.timeline ?? [] })));
  const isStacked = columns < 100;
  const paneRows = bands.paneRows - 1;
  const chartPaneRows = isStacked ? Math.max(5, Math.floor(paneRows / 2)) : paneRows;
  const chartPaneColumns = isStacked ? columns : Math.floor(columns / 2);
  const differenceRows = isStacked ? paneRows - chartPaneRows : paneRows;
  return (
    <>
      <Box height={bands.pictureRows} />
      <Box height={1}>
        {jobs.map((job, i) => (
          <Box key={job.id} width={Math.floor(columns / ids.length)} justifyContent="center">
            <Text color={colours[i] ?? theme.accent} wrap="truncate">
              {captionOf(job, details[i], term)}
            </Text>
          </Box>
        ))}
      </Box>
      <Box height={paneRows} flexDirection={isStacked ? "column" : "row"}>
        <Pane
          title={`${term}${part.extent < 1 ? `, part ${formatNumber(100 * part.extent)} %` : ""}`}
          isFocused
          columns={chartPaneColumns}
          rows={chartPaneRows}
        >
          <Overlaid
            details={details}
            term={term}
            colours={colours}
            columns={chartPaneColumns}
            rows={chartPaneRows}
          />
        </Pane>
        {differenceRows >= 4 && (
          <Pane
            title="What differs"
            isFocused={false}
            columns={isStacked ? columns : columns - chartPaneColumns}
            rows={differenceRows}
          >
            {differences.length === 0 && <Text color={theme.dim}>nothing: the same recipe</Text>}
            {differences.slice(0, contentRows(differenceRows)).map(({ name, values }) => (
              <Text key={name} wrap="truncate">
                {`${name}: `}
                {values.map((value, i) => (
                  <Text key={ids[i]}>
                    <Text color={colours[i] ?? theme.accent}>{value}</Text>
                    {i < values.length - 1 ? " · " : ""}
                  </Text>
                ))}
              </Text>
            ))}
          </Pane>
        )}
      </Box>
    </>
  );
}

function captionOf(job: Job, detail: JobDetail | undefined, term: string): string {
  const last = detail?.losses.at(-1);
  const value = last === undefined ? "" : ` ${formatNumber(valueOf(last, term))}`;
  const state = job.status.state === "done" ? "done" : `${stateText(job)} ${percentOf(job)}`;
  return `${job.id.slice(0, 4)} ${titleOf(job.recipe)} ${state}${value}`;
}

interface OverlaidProps {
  readonly details: readonly JobDetail[];
  readonly term: string;
  readonly colours: readonly string[];
  readonly columns: number;
  readonly rows: number;
}

function Overlaid({ details, term, colours, columns, rows }: OverlaidProps) {
  const { glyphs, theme } = useShell();
  const points = details.map(({ losses }) =>
    losses.map((point) => ({ x: point.iteration, y: valueOf(point, term) })),
  );
  const all = points.flat();
  if (all.length === 0) return <Text color={theme.dim}>no losses yet</Text>;
  const last = Math.max(...points.map((one) => one.at(-1)?.x ?? 0));
  const chart = drawChart(points, {
    columns: chartColumnsOf(columns),
    rows: Math.max(1, contentRows(rows)),
    range: { from: Math.min(...points.map((one) => one[0]?.x ?? last)), to: last },
    hasBraille: glyphs.hasBraille,
  });
  return <ChartRows chart={chart} colours={colours} axisColumns={AXIS_COLUMNS} />;
}
