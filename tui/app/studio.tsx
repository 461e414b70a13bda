import { Box, useApp, useInput, useWindowSize } from "ink";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import {
  type Control,
  type ControlValues,
  controlsOf,
  type TimelineEntry,
  withControls,
} from "../../shared/controls.ts";
import { messageOf } from "../../shared/errors.ts";
import type { Job } from "../../shared/jobs.ts";
import { ControlsPane } from "./controls-pane.tsx";
import { type Deed, doDeed } from "./deeds.ts";
import { Help } from "./help.tsx";
import { type Action, actionFor, nameOfKey, type Place } from "./keys.ts";
import { layoutFor } from "./layout.ts";
import { BottomLine, type Notice, TitleLine } from "./lines.tsx";
import { LossPane } from "./loss-pane.tsx";
import type { Mirror, MirrorState } from "./mirror.ts";
import type { PictureBand } from "./picture-band.ts";
import { QueuePane } from "./queue-pane.tsx";
import { useLiveState } from "./use-live-state.ts";

const NOTICE_MS = 6000;
const PANES = ["queue", "chart", "controls"] as const satisfies readonly Place[];

interface Ui {
  readonly pane: (typeof PANES)[number];
  readonly notice: Notice | undefined;
  readonly isHelpShown: boolean;
  readonly confirming: Deed | undefined;
  /** Of which job, so that another job's controls are not changed by it. */
  readonly pending: { readonly job: string | undefined; readonly changes: ControlValues };
  readonly control: number;
  readonly term: number;
  readonly zoom: number;
}

const INITIAL: Ui = {
  pane: "queue",
  notice: undefined,
  isHelpShown: false,
  confirming: undefined,
  pending: { job: undefined, changes: {} },
  control: 0,
  term: 0,
  zoom: 0,
};

function selectedJob({ jobs, selected }: MirrorState): Job | undefined {
  return jobs.find(({ id }) => id === selected);
}

function presentControls({ recipe }: Job, timeline: readonly TimelineEntry[]): Control[] {
  return controlsOf(timeline.reduce((changed, { changes }) => withControls(changed, changes), recipe));
}

function termsOf({ losses }: MirrorState): string[] {
  return ["total", ...Object.keys(losses.at(-1)?.terms ?? {})];
}

/** The main screen: pictures, queue, losses and controls of the selected job. */
export function Studio({ mirror, band }: { readonly mirror: Mirror; readonly band: PictureBand }) {
  const { exit } = useApp();
  const { columns, rows } = useWindowSize();
  const state = useSyncExternalStore(mirror.subscribe, mirror.snapshot);
  const ui = useLiveState(INITIAL);
  const { pane, notice, isHelpShown, confirming, control, term, zoom } = ui.current;

  const layout = useMemo(() => layoutFor(columns, rows, band.isPossible), [columns, rows, band]);
  const job = selectedJob(state);
  const recipe = job?.recipe;
  const controls = useMemo(
    () => (job === undefined ? [] : presentControls(job, state.timeline)),
    // The recipe is all that the controls need of a job, which is another one with every iteration.
    [recipe, state.timeline],
  );
  const terms = termsOf(state);
  const pending = ui.current.pending.job === state.selected ? ui.current.pending.changes : {};

  useEffect(() => {
    band.place(isHelpShown ? undefined : layout.pictures);
    mirror.setPictureWidth(Math.max(16, layout.pictures.made.columns * band.pixelsPerColumn));
  }, [band, mirror, layout, isHelpShown]);
  useEffect(() => band.clear(), [band, state.selected]);
  useEffect(() => {
    if (notice === undefined) return;
    const timer = setTimeout(() => ui.update({ notice: undefined }), NOTICE_MS);
    return () => clearTimeout(timer);
  }, [notice]);

  const carryOut = (deed: Deed) => {
    doDeed(mirror.daemon, deed).then(
      (text) => ui.update({ notice: { kind: "done", text } }),
      (error: unknown) => ui.update({ notice: { kind: "failed", text: messageOf(error) } }),
    );
  };
  const act = (action: Action) => {
    const now = mirror.snapshot();
    const chosenJob = selectedJob(now);
    const { pane: here, control: at, term: shownTerm, zoom: shownZoom, pending: held } = ui.current;
    const paneAfter = (by: number) =>
      PANES[(PANES.indexOf(here) + by + PANES.length) % PANES.length] ?? "queue";
    const select = (by: number) => {
      const index = now.jobs.findIndex(({ id }) => id === now.selected);
      const next = now.jobs[Math.min(now.jobs.length - 1, Math.max(0, index + by))];
      if (next !== undefined) mirror.select(next.id);
      ui.update({ zoom: 0 });
    };
    const turn = (factor: number) => {
      const all = chosenJob === undefined ? [] : presentControls(chosenJob, now.timeline);
      const chosen = all[at];
      if (chosen === undefined) return;
      const changes = held.job === now.selected ? held.changes : {};
      const present = changes[chosen.name] ?? chosen.value;
      const next = present === 0 ? (factor > 1 ? 0.1 : 0) : Number((present * factor).toPrecision(3));
      const within = Math.min(chosen.max, Math.max(chosen.min, next));
      ui.update({ pending: { job: now.selected, changes: { ...changes, [chosen.name]: within } } });
    };
    const count = termsOf(now).length;
    switch (action) {
      case "quit":
        return exit();
      case "help":
        return ui.update({ isHelpShown: true });
      case "nextPane":
        return ui.update({ pane: paneAfter(1) });
      case "previousPane":
        return ui.update({ pane: paneAfter(-1) });
      case "queuePane":
        return ui.update({ pane: "queue" });
      case "chartPane":
        return ui.update({ pane: "chart" });
      case "controlsPane":
        return ui.update({ pane: "controls" });
      case "startDaemon":
        return now.link.state === "open" ? undefined : carryOut({ kind: "startDaemon" });
      case "pauseQueue":
        return carryOut({ kind: now.paused ? "resumeQueue" : "pauseQueue" });
      case "up":
        return select(-1);
      case "down":
        return select(1);
      case "nextTerm":
        return ui.update({ term: (shownTerm + 1) % count });
      case "previousTerm":
        return ui.update({ term: (shownTerm + count - 1) % count });
      case "zoomIn":
        return ui.update({ zoom: Math.min(10, shownZoom + 1) });
      case "zoomOut":
        return ui.update({ zoom: Math.max(0, shownZoom - 1) });
      case "controlUp":
        return ui.update({ control: Math.max(0, at - 1) });
      case "controlDown": {
        const last = chosenJob === undefined ? 0 : controlsOf(chosenJob.recipe).length - 1;
        return ui.update({ control: Math.min(last, at + 1) });
      }
      case "less":
        return turn(1 / 1.1);
      case "more":
        return turn(1.1);
      case "muchLess":
        return turn(0.5);
      case "muchMore":
        return turn(2);
      case "discard":
        return ui.update({ pending: INITIAL.pending });
      case "apply":
        if (chosenJob === undefined || held.job !== chosenJob.id) return;
        ui.update({ pending: INITIAL.pending });
        return carryOut({ kind: "set", job: chosenJob, changes: held.changes });
      case "flip":
        return band.flip();
      case "cancel":
      case "remove":
        return chosenJob && ui.update({ confirming: { kind: action, job: chosenJob } });
      case "undo":
      case "pause":
      case "branch":
      case "export":
      case "retry":
      case "moveUp":
      case "moveDown":
        return chosenJob && carryOut({ kind: action, job: chosenJob });
    }
  };

  const press = (name: string) => {
    const { confirming: deed, isHelpShown: isHelp, pane: here } = ui.current;
    if (deed !== undefined) {
      if (name === "y") carryOut(deed);
      return ui.update({ confirming: undefined });
    }
    if (isHelp) return ui.update({ isHelpShown: false });
    const action = actionFor(name, here);
    if (action !== undefined) act(action);
  };
  useInput((input, key) => {
    // Letters that were typed fast, or held up by a slow link, arrive as one.
    const names =
      input.length > 1 && !key.ctrl
        ? Array.from(input, (one) => nameOfKey(one, key))
        : [nameOfKey(input, key)];
    for (const name of names) press(name);
  });

  if (isHelpShown) return <Help columns={columns} rows={rows} />;
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <TitleLine state={state} columns={columns} />
      <Box height={layout.pictureRows} />
      <Box height={layout.paneRows}>
        <QueuePane
          jobs={state.jobs}
          selected={state.selected}
          isFocused={pane === "queue"}
          columns={layout.queueColumns}
          rows={layout.paneRows}
        />
        {(layout.isWide || pane !== "controls") && (
          <LossPane
            losses={state.losses}
            timeline={state.timeline}
            term={terms[term] ?? "total"}
            zoom={zoom}
            job={job}
            isFocused={pane === "chart"}
            columns={layout.chartColumns}
            rows={layout.paneRows}
          />
        )}
        {(layout.isWide || pane === "controls") && (
          <ControlsPane
            controls={controls}
            pending={pending}
            chosen={control}
            isFocused={pane === "controls"}
            columns={layout.controlsColumns}
            rows={layout.paneRows}
          />
        )}
      </Box>
      <BottomLine
        pane={pane}
        notice={notice}
        question={
          confirming === undefined || !("job" in confirming)
            ? undefined
            : `${confirming.kind} ${confirming.job.id}? y for yes, any other key for no`
        }
        columns={columns}
      />
    </Box>
  );
}
