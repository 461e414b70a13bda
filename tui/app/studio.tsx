import { Box, useApp, useInput, useWindowSize } from "ink";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { type ControlValues, controlsOf, withControls } from "../../shared/controls.ts";
import { messageOf } from "../../shared/errors.ts";
import { ControlsPane } from "./controls-pane.tsx";
import { type Deed, doDeed } from "./deeds.ts";
import { Help } from "./help.tsx";
import { actionFor, nameOfKey, type Place } from "./keys.ts";
import { layoutFor } from "./layout.ts";
import { BottomLine, type Notice, TitleLine } from "./lines.tsx";
import { LossPane } from "./loss-pane.tsx";
import type { Mirror } from "./mirror.ts";
import type { PictureBand } from "./picture-band.ts";
import { QueuePane } from "./queue-pane.tsx";

const PANES = ["queue", "chart", "controls"] as const satisfies readonly Place[];

/** The main screen: pictures, queue, losses and controls of the selected job. */
export function Studio({ mirror, band }: { readonly mirror: Mirror; readonly band: PictureBand }) {
  const { exit } = useApp();
  const { columns, rows } = useWindowSize();
  const state = useSyncExternalStore(mirror.subscribe, mirror.snapshot);
  const [pane, setPane] = useState<(typeof PANES)[number]>("queue");
  const [notice, setNotice] = useState<Notice | undefined>();
  const [isHelpShown, setHelpShown] = useState(false);
  const [confirming, setConfirming] = useState<Deed | undefined>();
  const [pending, setPending] = useState<ControlValues>({});
  const [control, setControl] = useState(0);
  const [term, setTerm] = useState(0);
  const [zoom, setZoom] = useState(0);

  const layout = useMemo(() => layoutFor(columns, rows), [columns, rows]);
  const job = state.jobs.find(({ id }) => id === state.selected);
  const controls = useMemo(() => {
    if (job === undefined) return [];
    return controlsOf(
      state.timeline.reduce((recipe, { changes }) => withControls(recipe, changes), job.recipe),
    );
  }, [job?.recipe, state.timeline]);
  const terms = ["total", ...Object.keys(state.losses.at(-1)?.terms ?? {})];

  useEffect(() => {
    band.place(isHelpShown ? undefined : layout.pictures);
    mirror.setPictureWidth(Math.max(16, layout.pictures.made.columns));
  }, [band, mirror, layout, isHelpShown]);
  useEffect(() => {
    band.clear();
    setPending({});
    setZoom(0);
  }, [band, state.selected]);
  useEffect(() => {
    if (notice === undefined) return;
    const timer = setTimeout(() => setNotice(undefined), 6000);
    return () => clearTimeout(timer);
  }, [notice]);

  const carryOut = (deed: Deed) => {
    doDeed(mirror.daemon, deed).then(
      (text) => setNotice({ kind: "done", text }),
      (error: unknown) => setNotice({ kind: "failed", text: messageOf(error) }),
    );
  };
  const turn = (factor: number) => {
    const chosen = controls[control];
    if (chosen === undefined) return;
    const present = pending[chosen.name] ?? chosen.value;
    const next = present === 0 ? (factor > 1 ? 0.1 : 0) : Number((present * factor).toPrecision(3));
    setPending({ ...pending, [chosen.name]: Math.min(chosen.max, Math.max(chosen.min, next)) });
  };
  const step = (by: number) => {
    const index = state.jobs.findIndex(({ id }) => id === state.selected);
    const next = state.jobs[Math.min(state.jobs.length - 1, Math.max(0, index + by))];
    if (next !== undefined) mirror.select(next.id);
  };

  useInput((input, key) => {
    const name = nameOfKey(input, key);
    if (confirming !== undefined) {
      if (name === "y") carryOut(confirming);
      setConfirming(undefined);
      return;
    }
    if (isHelpShown) return setHelpShown(false);
    const action = actionFor(name, pane);
    switch (action) {
      case undefined:
        return;
      case "quit":
        return exit();
      case "help":
        return setHelpShown(true);
      case "nextPane":
        return setPane(PANES[(PANES.indexOf(pane) + 1) % PANES.length] ?? "queue");
      case "previousPane":
        return setPane(PANES[(PANES.indexOf(pane) + PANES.length - 1) % PANES.length] ?? "queue");
      case "queuePane":
        return setPane("queue");
      case "chartPane":
        return setPane("chart");
      case "controlsPane":
        return setPane("controls");
      case "pauseQueue":
        return carryOut({ kind: state.paused ? "resumeQueue" : "pauseQueue" });
      case "up":
        return step(-1);
      case "down":
        return step(1);
      case "nextTerm":
        return setTerm((term + 1) % terms.length);
      case "previousTerm":
        return setTerm((term + terms.length - 1) % terms.length);
      case "zoomIn":
        return setZoom(Math.min(10, zoom + 1));
      case "zoomOut":
        return setZoom(Math.max(0, zoom - 1));
      case "controlUp":
        return setControl(Math.max(0, control - 1));
      case "controlDown":
        return setControl(Math.min(controls.length - 1, control + 1));
      case "less":
        return turn(1 / 1.1);
      case "more":
        return turn(1.1);
      case "muchLess":
        return turn(0.5);
      case "muchMore":
        return turn(2);
      case "discard":
        return setPending({});
      case "apply":
        if (job !== undefined && Object.keys(pending).length > 0) {
          carryOut({ kind: "set", job, changes: pending });
          setPending({});
        }
        return;
      case "flip":
        return band.flip();
      case "newJob":
        return setNotice({ kind: "failed", text: "use: atelier add --content PHOTO --style PAINTING" });
      case "cancel":
      case "remove":
        if (job !== undefined) setConfirming({ kind: action, job });
        return;
      case "undo":
      case "pause":
      case "branch":
      case "export":
      case "retry":
      case "moveUp":
      case "moveDown":
        if (job !== undefined) carryOut({ kind: action, job });
        return;
    }
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
