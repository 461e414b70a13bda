import { Box, Text } from "ink";
import { useEffect, useMemo, useRef } from "react";
import type { CheckpointInfo, Job } from "../../../shared/jobs.ts";
import { NO_LINK } from "../../client/need-link.ts";
import { titleOf } from "../../terminal/job-text.ts";
import { formatNumber } from "../../terminal/print.ts";
import { columnOf } from "../chart.ts";
import { rangeOf, WHOLE } from "../chart-window.ts";
import { describeChangeAt, describeTimeline } from "../describe-timeline.ts";
import { exportPathAt, filmPath } from "../job-deeds.ts";
import { type JobDetail, NO_DETAIL, NOT_KNOWN } from "../job-detail.ts";
import type { Action } from "../keys.ts";
import { bandsOf, pictureAreas } from "../layout.ts";
import { chartColumnsOf, LossPane } from "../parts/loss-pane.tsx";
import { contentRows, Pane } from "../parts/pane.tsx";
import { useShell } from "../shell.ts";
import { usePictures } from "../use-pictures.ts";
import { useScreenState } from "../use-screen-state.ts";
import { writeFiles } from "../write-files.ts";

/** How often a running job is asked for new checkpoints. */
const REFRESH_MS = 5000;
const CONTENT = "content";
/** The iteration before the first, of which there is no checkpoint. */
const START = 0;
const TOTAL = ["total"];

interface TimelineState {
  /** Of the chosen checkpoint, or the start; undefined stays with the newest. */
  readonly iteration: number | undefined;
  readonly isFlipped: boolean;
}

/** A job's checkpoints one by one, with their pictures: to look back, and to branch from any. */
export function Timeline({ id }: { readonly id: string }) {
  const shell = useShell();
  const { state, mirror, pictures, columns, rows, theme } = shell;
  const ui = useScreenState<TimelineState>(() => ({ iteration: undefined, isFlipped: false }));
  const job = state.jobs.find((one) => one.id === id);
  const detail = state.details.get(id) ?? NO_DETAIL;
  const isStart = ui.current.iteration === START;
  const chosen = chosenOf(detail, ui.current.iteration);
  const moment = isStart ? START : chosen?.iteration;
  const bands = useMemo(() => bandsOf(rows, 0.6, pictures.isPossible), [rows, pictures]);
  const areas = useMemo(() => pictureAreas(columns, bands.pictureRows, [["made", 1]]), [columns, bands]);

  const wasThere = useRef(false);
  wasThere.current ||= job !== undefined;
  useEffect(() => {
    if (job !== undefined || !wasThere.current) return;
    shell.tell("failed", `${id} was removed`);
    shell.back(shell.screen);
  }, [job === undefined]);
  useEffect(() => pictures.arrange(areas), [pictures, areas]);
  useEffect(() => {
    mirror.onPicture = () => {};
    mirror.follow({ jobs: [id], width: pictures.widthOf(columns), perSecond: 0 });
    const timer = setInterval(() => mirror.refresh(id), REFRESH_MS);
    return () => clearInterval(timer);
  }, [mirror, id, columns]);
  const width = pictures.widthOf(columns);
  usePictures(
    new Map([["made", ui.current.isFlipped || isStart ? CONTENT : chosen?.iteration.toString()]]),
    async (wish) =>
      wish === CONTENT
        ? await mirror.picture(id, "content", { width })
        : await mirror.picture(id, "made", { iteration: Number(wish), width }),
  );

  const now = () => mirror.snapshot().details.get(id) ?? NO_DETAIL;
  const isUnknown = () => now() === NO_DETAIL && mirror.snapshot().link.state !== "open";
  const move = (to: (at: number, last: number) => number) => {
    const moments = [START, ...now().checkpoints.map(({ iteration }) => iteration)];
    const last = moments.length - 1;
    const here = moments.indexOf(ui.current.iteration ?? moments[last] ?? START);
    const next = Math.min(last, Math.max(0, to(here, last)));
    ui.update({ iteration: next === last && last > 0 ? undefined : moments[next], isFlipped: false });
  };
  const withChosen = (use: (job: Job, iteration: number) => void) => {
    const iteration =
      ui.current.iteration === START ? START : chosenOf(now(), ui.current.iteration)?.iteration;
    if (job !== undefined && iteration !== undefined) use(job, iteration);
    else shell.tell("failed", isUnknown() ? NO_LINK : "there is no checkpoint yet");
  };
  const handlers: Partial<Record<Action, () => void>> = {
    earlier: () => move((at) => at - 1),
    later: () => move((at) => at + 1),
    earliest: () => move(() => 0),
    latest: () => move((_, last) => last),
    flipHere: () => ui.update({ isFlipped: !ui.current.isFlipped }),
    branchHere: () =>
      withChosen((from, iteration) => shell.carryOut({ kind: "branchAt", job: from, iteration })),
    exportHere: () =>
      withChosen((from, iteration) => {
        if (iteration === START) return shell.tell("failed", "nothing is made yet at the start");
        writeFiles(shell, { kind: "exportAt", job: from, iteration }, [exportPathAt(from, iteration)]);
      }),
    filmHere: () => withChosen((from) => writeFiles(shell, { kind: "film", jobs: [from] }, [filmPath(from)])),
    logHere: () => shell.open({ kind: "reader", text: { of: "log", job: id } }),
    recipeHere: () => shell.open({ kind: "reader", text: { of: "recipe", job: id } }),
  };
  shell.takeKeys({
    place: () => "timeline",
    act: (action) => handlers[action]?.(),
    point: ({ by }) => {
      if (by !== "click") move((at) => at + (by === "up" ? -1 : 1));
    },
  });

  const isWide = columns >= 100;
  const chartColumns = isWide ? Math.floor(columns * 0.6) : columns;
  const range = rangeOf(WHOLE, detail.losses);
  const cursor =
    isStart || chosen === undefined || detail.losses.length === 0
      ? undefined
      : Math.min(
          chartColumnsOf(chartColumns) - 1,
          columnOf(chosen.iteration, range, chartColumnsOf(chartColumns)),
        );
  const room = contentRows(bands.paneRows);
  const change = describeChangeAt(detail.timeline, moment);
  const about = isStart
    ? "start: a branch from here does all of it anew"
    : isUnknown()
      ? `checkpoints: ${NOT_KNOWN}`
      : checkpointText(detail, chosen);
  const rowsBelow = isWide ? 0 : change === undefined ? 1 : 2;
  return (
    <>
      <Box height={bands.pictureRows} />
      <Box height={bands.paneRows}>
        <LossPane
          detail={detail}
          terms={TOTAL}
          window={{ ...WHOLE, cursor }}
          at={isStart ? undefined : moment}
          job={job}
          isFocused
          columns={chartColumns}
          rows={bands.paneRows - rowsBelow}
        />
        {isWide && (
          <Pane
            title={titleFor(job, id)}
            isFocused={false}
            columns={columns - chartColumns}
            rows={bands.paneRows}
          >
            <Text>{about}</Text>
            {describeTimeline(detail.timeline, moment)
              .slice(2 - room)
              .map(({ text, isAhead }, i) => (
                <Text key={`${i} ${text}`} wrap="truncate" {...(isAhead && { color: theme.dim })}>
                  {text}
                </Text>
              ))}
          </Pane>
        )}
      </Box>
      {!isWide && (
        <Box marginTop={-rowsBelow} height={rowsBelow} flexDirection="column">
          <Text wrap="truncate">{`${id}  ${about}`}</Text>
          {change !== undefined && (
            <Text wrap="truncate" {...(change.isAhead && { color: theme.dim })}>
              {change.text}
            </Text>
          )}
        </Box>
      )}
    </>
  );
}

function titleFor(job: Job | undefined, id: string): string {
  return job === undefined ? id : `${id}  ${titleOf(job.recipe)}`;
}

function chosenOf({ checkpoints }: JobDetail, iteration: number | undefined): CheckpointInfo | undefined {
  return checkpoints.findLast((one) => one.iteration === iteration) ?? checkpoints.at(-1);
}

function checkpointText({ checkpoints }: JobDetail, chosen: CheckpointInfo | undefined): string {
  if (chosen === undefined) return "no checkpoint yet";
  const { iteration, loss, at, whole } = chosen;
  const time = new Date(at).toTimeString().slice(0, 8);
  return `checkpoint ${checkpoints.indexOf(chosen) + 1} of ${checkpoints.length}: iteration ${iteration}, loss ${formatNumber(loss)}, ${time}${whole ? "" : ", no optimiser state"}`;
}
