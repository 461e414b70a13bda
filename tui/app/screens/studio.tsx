import { Box } from "ink";
import { useMemo } from "react";
import { comingChange, controlsOf } from "../../../shared/controls.ts";
import { isFinished, type Job } from "../../../shared/jobs.ts";
import { earlyEndOf, reasonOf } from "../../terminal/job-text.ts";
import { NO_DETAIL } from "../job-detail.ts";
import type { Action } from "../keys.ts";
import { PANES, type PaneName, studioLayout } from "../layout.ts";
import { Captions } from "../parts/captions.tsx";
import { ControlsPane, controlAtRow } from "../parts/controls-pane.tsx";
import { chartColumnsOf, type LossNote, LossPane } from "../parts/loss-pane.tsx";
import { contentColumns, ROWS_ABOVE_CONTENT } from "../parts/pane.tsx";
import { jobAtRow, QueuePane } from "../parts/queue-pane.tsx";
import { lineWithCursor } from "../parts/text-line.tsx";
import { viewJobs } from "../queue-view.ts";
import { useShell } from "../shell.ts";
import { chartHandlers } from "../studio/chart-keys.ts";
import { controlsHandlers, presentControls, typedValue, writeControl } from "../studio/controls-keys.ts";
import { daemonHandlers } from "../studio/daemon-keys.ts";
import { pasteInStudio } from "../studio/paste.ts";
import { captionsOf, studioAreas, useStudioPictures } from "../studio/pictures.ts";
import { markedOrChosen, queueHandlers, writeFilter } from "../studio/queue-keys.ts";
import {
  chosenDetail,
  chosenJob,
  type Handlers,
  pendingOf,
  type StudioContext,
  shownJobs,
} from "../studio/state.ts";
import { undoQuestion } from "../studio/undo.ts";
import { studioWords } from "../studio/words.ts";

/** What the wheel does over a pane. */
const WHEEL = {
  queue: { up: "up", down: "down" },
  chart: { up: "zoomIn", down: "zoomOut" },
  controls: { up: "controlUp", down: "controlDown" },
} as const satisfies Record<PaneName, Record<"up" | "down", Action>>;

/** The main screen: pictures, queue, losses and controls of the selected job. */
export function Studio() {
  const shell = useShell();
  const { state, studio, columns, rows, selected, pictures } = shell;
  const { pane, isFull, flipped, filter, isFiltering, sort, isGrouped, marked, term, hasAllTerms, window } =
    studio.current;
  const context = { shell, studio };
  const layout = useMemo(
    () => studioLayout({ columns, rows, hasPictures: pictures.isPossible }, pane, isFull),
    [columns, rows, pictures, pane, isFull],
  );
  const { pictureRows, captionRows, paneRows, columns: widths } = layout;
  const job = state.jobs.find(({ id }) => id === selected);
  const styles = job?.recipe.styles.length ?? 1;
  const isPictureFull = paneRows === 0;
  const areas = useMemo(
    () => studioAreas(columns, pictureRows, styles, isPictureFull),
    [columns, pictureRows, styles, isPictureFull],
  );
  const isFlipped = job !== undefined && flipped === job.id;
  useStudioPictures(areas, isFlipped);
  const jobs = useMemo(
    () => viewJobs(state.jobs, { filter: filter.text, sort, isGrouped }),
    [state.jobs, filter.text, sort, isGrouped],
  );
  const detail = state.details.get(selected ?? "") ?? NO_DETAIL;
  const recipe = job?.recipe;
  const controls = job === undefined ? [] : presentControls(job, detail.timeline);
  const origins = useMemo(
    () =>
      Object.fromEntries(
        recipe === undefined ? [] : controlsOf(recipe).map(({ name, value }) => [name, value]),
      ),
    [recipe],
  );
  const hasEnded = job !== undefined && isFinished(job);
  const pending = pendingOf(studio.current, selected);
  const focus = controls[studio.current.control]?.name;
  const coming =
    job === undefined || focus === undefined ? undefined : comingChange(job, detail.timeline, focus);

  const handlers: Handlers = {
    ...studioHandlers(context),
    ...daemonHandlers(shell),
    ...queueHandlers(context),
    ...chartHandlers(context, chartColumnsOf(widths.chart)),
    ...controlsHandlers(context),
  };
  shell.takeKeys({
    place: () => {
      if (studio.current.isFiltering) return "filter";
      return typedValue(context) === undefined ? studio.current.pane : "value";
    },
    words: studioWords(markedOrChosen(context), isFull),
    act: (action) => handlers[action]?.(),
    write: (name) =>
      writeFilter(context, name) || (studio.current.pane === "controls" && writeControl(context, name)),
    paste: (text) => pasteInStudio(context, text),
    point: ({ row, column, by }) => {
      const inPane = row - ROWS_ABOVE_CONTENT - pictureRows - captionRows;
      // With its border and title.
      const isInPanes = inPane >= -2 && inPane < paneRows - 2;
      if (!isInPanes) return by === "click" ? undefined : handlers[by]?.();
      const over =
        column < widths.queue ? "queue" : column < widths.queue + widths.chart ? "chart" : "controls";
      // Only there it is seen what is chosen.
      if ((by === "click" || over === "controls") && over !== studio.current.pane)
        studio.update({ pane: over, typed: undefined });
      if (by !== "click") return handlers[WHEEL[over][by]]?.();
      const view = { isGrouped, selected: shell.selection(), rows: paneRows };
      const clicked = over === "queue" ? jobAtRow(shownJobs(context), view, inPane) : undefined;
      if (clicked !== undefined) shell.select(clicked.id);
      const { control: chosen } = studio.current;
      const control =
        over === "controls"
          ? controlAtRow({ count: controls.length, chosen, rows: paneRows }, inPane)
          : undefined;
      if (control !== undefined) studio.update({ control, typed: undefined });
    },
  });

  const written = isFiltering ? lineWithCursor(filter, contentColumns(widths.queue) - 2) : filter.text;
  const terms = detail.losses.terms;
  return (
    <>
      <Box height={pictureRows} />
      {captionRows > 0 && (
        <Captions
          areas={areas}
          texts={captionsOf(job, { isFlipped, isFull: isPictureFull, marks: marked.size })}
        />
      )}
      <Box height={paneRows}>
        {widths.queue > 0 && (
          <QueuePane
            jobs={jobs}
            marked={marked}
            filter={written === "" ? "" : `/${written}`}
            note={sort === "queue" ? "" : `by ${sort}`}
            isGrouped={isGrouped}
            isFocused={pane === "queue"}
            columns={widths.queue}
            rows={paneRows}
          />
        )}
        {widths.chart > 0 && (
          <LossPane
            detail={detail}
            terms={hasAllTerms ? terms : [terms[term] ?? "total"]}
            window={window}
            job={job}
            note={job === undefined ? undefined : lossNote(job)}
            isFocused={pane === "chart"}
            columns={widths.chart}
            rows={paneRows}
          />
        )}
        {widths.controls > 0 && (
          <ControlsPane
            controls={controls}
            origins={origins}
            pending={pending}
            chosen={studio.current.control}
            coming={coming}
            typed={typedValue(context)}
            isLive={studio.current.isLive && !hasEnded}
            isSending={studio.current.sending.has(selected ?? "")}
            hasEnded={hasEnded}
            isFocused={pane === "controls"}
            columns={widths.controls}
            rows={paneRows}
          />
        )}
      </Box>
    </>
  );
}

/** Why its losses end, or do not go on. */
function lossNote(job: Job): LossNote | undefined {
  const [reason, end] = [reasonOf(job), earlyEndOf(job)];
  if (reason !== undefined) return { text: reason, isProblem: true };
  return end === undefined ? undefined : { text: end, isProblem: false };
}

/** What keys do in any pane. */
function studioHandlers(context: StudioContext): Handlers {
  const { shell, studio } = context;
  const paneAfter = (by: number) => () => {
    const at = PANES.indexOf(studio.current.pane);
    studio.update({ pane: PANES[(at + by + PANES.length) % PANES.length] ?? "queue", typed: undefined });
  };
  const withSelected = (use: (id: string) => void) => () => {
    const id = shell.selection();
    if (id !== undefined) use(id);
  };
  return {
    newJob: () => shell.open({ kind: "newJob", draft: { from: "nothing", files: [] } }),
    nextPane: paneAfter(1),
    previousPane: paneAfter(-1),
    queuePane: () => studio.update({ pane: "queue" }),
    chartPane: () => studio.update({ pane: "chart" }),
    controlsPane: () => studio.update({ pane: "controls" }),
    full: () => {
      const { pane, isFull } = studio.current;
      if (pane === "queue" && !isFull && shell.selection() === undefined)
        return shell.tell("failed", "there is no job yet whose picture could be shown");
      studio.update({ isFull: !isFull });
    },
    flip: withSelected((id) => studio.update({ flipped: studio.current.flipped === id ? undefined : id })),
    openTimeline: withSelected((job) => shell.open({ kind: "timeline", job })),
    log: withSelected((job) => shell.open({ kind: "reader", text: { of: "log", job } })),
    recipe: withSelected((job) => shell.open({ kind: "reader", text: { of: "recipe", job } })),
    compare: () => compare(context),
    undo: () => undo(context),
  };
}

function undo(context: StudioContext): void {
  const job = chosenJob(context);
  if (job === undefined) return;
  const question = undoQuestion(job, chosenDetail(context));
  if (question === undefined) context.shell.carryOut({ kind: "undo", job });
  else context.shell.confirm(question, { kind: "undo", job });
}

const MOST_COMPARED = 4;

/** The marked jobs, or the chosen one and the one below. */
function compare(context: StudioContext): void {
  const marked = markedOrChosen(context);
  const shown = shownJobs(context);
  const at = shown.findIndex(({ id }) => id === context.shell.selection());
  const jobs = marked.length > 1 ? marked : at < 0 ? [] : shown.slice(Math.min(at, shown.length - 2), at + 2);
  const ids = jobs.map(({ id }) => id);
  if (ids.length >= 2 && ids.length <= MOST_COMPARED)
    return context.shell.open({ kind: "compare", jobs: ids });
  const [mark] = context.shell.keys.mark;
  const how = mark === undefined ? "" : ` with ${mark}`;
  context.shell.tell("failed", `mark 2 to ${MOST_COMPARED} jobs${how} to compare them`);
}
