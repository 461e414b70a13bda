import { basename } from "node:path";
import { Box, Text } from "ink";
import { useEffect, useMemo } from "react";
import { messageOf } from "../../../shared/errors.ts";
import { plainText } from "../../../shared/plain-text.ts";
import { addJobs } from "../../client/add-jobs.ts";
import { needLink } from "../../client/need-link.ts";
import { placesFor, readOut } from "../../client/out-path.ts";
import { reachableRecipe } from "../../client/reachable-recipe.ts";
import { predecessorsOf } from "../../recipe/jobs.ts";
import { PartlyDoneError } from "../../terminal/exit.ts";
import { thumbnailOf } from "../../terminal/thumbnail.ts";
import { FileBrowser } from "../form/file-browser.tsx";
import { browserBeside } from "../form/files.ts";
import { addPictures, chosenRow, moveRow, pasteInForm, turn, writeInForm } from "../form/keys.ts";
import { FormRows, formLineAt } from "../form/rows.tsx";
import { type Choosing, initialForm, isFilled, jobsIn, jobsOf, queueArgumentsOf } from "../form/state.ts";
import { type Estimate, useEstimate } from "../form/use-estimate.ts";
import type { Action } from "../keys.ts";
import { bandsOf, pictureAreas } from "../layout.ts";
import { contentColumns, Pane, ROWS_ABOVE_CONTENT } from "../parts/pane.tsx";
import { type Draft, useShell } from "../shell.ts";
import { usePictures } from "../use-pictures.ts";
import { useScreenState } from "../use-screen-state.ts";
import { cutToRows } from "../wrap-lines.ts";

const MOST_PICTURES = 5;
/** As many as an estimate has; always there, so that nothing moves while it is asked for. */
const ROWS_BELOW = 3;
/** On a smaller screen the lines of the form need them all. */
const LEAST_ROWS_WITH_BAND = 20;

/** The form of a new job, or of several, or of one that is changed before it starts. */
export function NewJob({ draft }: { readonly draft: Draft }) {
  const shell = useShell();
  const { mirror, pictures, columns, rows, theme } = shell;
  const ui = useScreenState(() => initialForm(draft));
  const form = ui.current;
  const estimate = useEstimate(form, draft);
  const files = [...form.contents, ...form.styles].map(({ file }) => file).slice(0, MOST_PICTURES);
  const hasBand = pictures.isPossible && files.length > 0 && rows >= LEAST_ROWS_WITH_BAND;
  const bands = useMemo(() => bandsOf(rows, 0.35, hasBand), [rows, hasBand]);
  const areas = useMemo(
    () =>
      pictureAreas(
        columns,
        bands.pictureRows,
        Array.from(files, (_, i) => [`picture ${i}`, 1] as const),
      ),
    [columns, bands, files.length],
  );
  const isChoosing = form.choosing !== undefined;
  useEffect(() => {
    if (!isChoosing) pictures.arrange(areas);
  }, [pictures, areas, isChoosing]);
  usePictures(
    new Map(isChoosing ? [] : files.map((file, i) => [`picture ${i}`, file])),
    async (file) => await thumbnailOf(file, pictures.widthOf(columns / files.length)),
  );

  const submit = async () => {
    const now = ui.current;
    if (now.isSending) return;
    ui.update({ isSending: true });
    try {
      const wanted = jobsOf(now, draft);
      needLink(mirror.daemon);
      if (draft.from === "queued") {
        const [{ recipe } = {}] = wanted;
        if (recipe === undefined) return;
        const { out, group, ...place } = queueArgumentsOf(now);
        const after = predecessorsOf(place);
        const { address } = mirror.daemon;
        const places = await placesFor(mirror.daemon, await readOut(address, out), draft.job.id);
        const changed = await mirror.daemon.request("edit", {
          job: draft.job.id,
          recipe: await reachableRecipe(mirror.daemon, recipe),
          timeline: null,
          ...(out !== undefined && { out: places(recipe) }),
          ...(group !== undefined && { group }),
          ...(after !== undefined && { after }),
        });
        mirror.learn(changed);
        shell.tell("done", `${changed.id} is changed`);
      } else {
        const { out, ...options } = queueArgumentsOf(now);
        const place = await readOut(mirror.daemon.address, out, wanted.length);
        const jobs = await addJobs(mirror.daemon, wanted, options, { out: place });
        shell.tell("done", jobs.length === 1 ? `${jobs[0]?.id} is queued` : `${jobs.length} jobs are queued`);
        for (const job of jobs) mirror.learn(job);
        if (jobs[0] !== undefined) shell.select(jobs[0].id);
      }
      // By now another may be open over it.
      shell.back(shell.screen);
    } catch (error) {
      shell.tell("failed", messageOf(error));
      // Those that went in would go in again.
      if (error instanceof PartlyDoneError) shell.back(shell.screen);
    } finally {
      ui.update({ isSending: false });
    }
  };
  const browse = (what: Choosing["what"]) => {
    const { contents, styles } = ui.current;
    pictures.clear();
    ui.update({
      choosing: { what, browser: browserBeside(what === "style" && styles.length > 0 ? styles : contents) },
    });
  };
  const choose = () => {
    const row = chosenRow(ui.current, draft);
    switch (row?.kind) {
      case "content":
      case "addContent":
        return browse("content");
      case "style":
      case "addStyle":
        return browse("style");
      case "submit":
        submit().catch(() => {});
        return;
      case "field":
      case undefined:
        return moveRow(ui, draft, 1);
    }
  };
  const handlers: Partial<Record<Action, () => void>> = {
    nextField: () => moveRow(ui, draft, 1),
    previousField: () => moveRow(ui, draft, -1),
    choose,
    lessOf: () => turn(ui, draft, -1),
    moreOf: () => turn(ui, draft, 1),
    submit: () => {
      submit().catch(() => {});
    },
  };
  const told = tellEstimate(estimate, contentColumns(columns));
  const formRows = bands.paneRows - ROWS_BELOW;
  const lossOnLeaving = () => (isFilled(ui.current, draft) ? "this form" : undefined);
  if (!isChoosing)
    shell.takeKeys({
      place: () => "form",
      isCurrent: () => ui.current.choosing === undefined,
      act: (action) => handlers[action]?.(),
      write: (name) => writeInForm(ui, draft, name),
      paste: (text) => {
        if (!pasteInForm(ui, draft, text)) shell.tell("failed", "what was pasted names no file");
      },
      lossOnLeaving,
      point: ({ by, row }) => {
        if (by !== "click") return moveRow(ui, draft, by === "up" ? -1 : 1);
        const line = formLineAt(ui.current, draft, formRows, row - ROWS_ABOVE_CONTENT - bands.pictureRows);
        if (line === ui.current.row) choose();
        else if (line !== undefined) ui.update({ row: line });
      },
    });
  if (form.choosing !== undefined) {
    const { what, browser } = form.choosing;
    return (
      <FileBrowser
        title={what === "content" ? "Contents" : "Styles"}
        lossOnLeaving={lossOnLeaving}
        slot={browser}
        isOpen={() => ui.current.choosing !== undefined}
        onDone={(chosen) => {
          pictures.clear();
          ui.update({ choosing: undefined });
          if (chosen.length > 0) addPictures(ui, draft, chosen, what);
        }}
      />
    );
  }
  const title =
    draft.from === "queued"
      ? `Change ${draft.job.id}`
      : `${jobsIn(form) === 1 ? "New job" : `${jobsIn(form)} new jobs`}${files.length > 0 ? `: ${files.map((file) => plainText(basename(file))).join(", ")}` : ""}`;
  return (
    <>
      <Box height={bands.pictureRows} />
      <Pane title={title} isFocused columns={columns} rows={bands.paneRows}>
        <FormRows form={form} draft={draft} columns={columns} rows={formRows} />
        <Box flexDirection="column" height={ROWS_BELOW}>
          {told.lines.map((line) => (
            <Text key={line} wrap="truncate" color={theme[told.colour]}>
              {line}
            </Text>
          ))}
        </Box>
      </Pane>
    </>
  );
}

/** What goes below the form: what the jobs take, or what is missing or wrong. */
function tellEstimate(
  estimate: Estimate,
  columns: number,
): { lines: readonly string[]; colour: "error" | "good" | "warning" | "dim" } {
  switch (estimate.state) {
    case "known":
      return { lines: estimate.lines, colour: estimate.isTooLarge ? "error" : "good" };
    case "wrong":
      return { lines: cutToRows(plainText(estimate.text), columns, ROWS_BELOW), colour: "warning" };
    case "asking":
      return { lines: ["what it takes is being asked…"], colour: "dim" };
  }
}
