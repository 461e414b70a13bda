import { Box, Text } from "ink";
import { useEffect, useMemo } from "react";
import { messageOf } from "../../../shared/errors.ts";
import { formatLogLine } from "../../../shared/log-line.ts";
import { LogLines } from "../../client/log-lines.ts";
import type { Mirror } from "../mirror.ts";
import { contentColumns, contentRows, Pane } from "../parts/pane.tsx";
import { type ReaderText, useShell } from "../shell.ts";
import { useLiveState } from "../use-live-state.ts";
import { useScreenState } from "../use-screen-state.ts";
import { growingRows } from "../wrap-lines.ts";

/** How often a log is asked for what was written since. */
const FOLLOW_MS = 1000;

interface Place {
  /** The first row that is shown; undefined stays at the end. */
  readonly top: number | undefined;
}

/** A log as it is written, or a job's recipe with its timeline. */
export function Reader({ text }: { readonly text: ReaderText }) {
  const shell = useShell();
  const { mirror, columns, rows } = shell;
  const { of } = text;
  const read = useLiveState<{ readonly lines: readonly string[] }>({ lines: [] });
  const ui = useScreenState<Place>(() => ({ top: of === "recipe" ? 0 : undefined }));
  useEffect(() => {
    const fail = (error: unknown) => shell.tell("failed", messageOf(error));
    if (text.of === "recipe") {
      recipeText(mirror, text.job).then((recipe) => read.update({ lines: recipe.split("\n") }), fail);
      return;
    }
    const { job } = text;
    const log = new LogLines(mirror.daemon, job);
    let isReading = false;
    const readOn = async () => {
      for await (const added of log.read())
        read.update({ lines: [...read.current.lines, ...added.map(formatLogLine)] });
    };
    const readOrSay = () => {
      if (!mirror.daemon.isOpen || isReading) return;
      isReading = true;
      readOn()
        .catch(fail)
        .finally(() => {
          isReading = false;
        });
    };
    readOrSay();
    const timer = setInterval(readOrSay, FOLLOW_MS);
    return () => clearInterval(timer);
  }, [mirror, text]);

  const room = Math.max(1, contentRows(rows));
  const rowsOf = useMemo(() => growingRows(contentColumns(columns)), [columns]);
  const wrapped = () => rowsOf(read.current.lines);
  const move = (by: number) => {
    const last = Math.max(0, wrapped().length - room);
    const top = Math.min(last, Math.max(0, (ui.current.top ?? last) + by));
    ui.update({ top: of === "log" && top === last ? undefined : top });
  };
  shell.takeKeys({
    place: () => "reader",
    act: (action) => {
      const by = { lineUp: -1, lineDown: 1, screenUp: 1 - room, screenDown: room - 1 }[action as "lineUp"];
      if (by !== undefined) return move(by);
      if (action === "top") ui.update({ top: 0 });
      if (action === "end") ui.update({ top: undefined });
    },
    point: ({ by }) => {
      if (by !== "click") move(by === "up" ? -3 : 3);
    },
  });
  const shown = wrapped();
  // A larger screen may show more than is left below.
  const top = Math.min(ui.current.top ?? Number.POSITIVE_INFINITY, Math.max(0, shown.length - room));
  return (
    <Pane
      title={`${of === "log" ? "Log" : "Recipe"} of ${text.job ?? "the daemon"}  ${Math.min(shown.length, top + room)} of ${shown.length} lines`}
      isFocused
      columns={columns}
      rows={rows}
    >
      <Box flexDirection="column">
        {shown.slice(top, top + room).map((line, i) => (
          <Text key={top + i} wrap="truncate">
            {line === "" ? " " : line}
          </Text>
        ))}
      </Box>
    </Pane>
  );
}

async function recipeText(mirror: Mirror, id: string): Promise<string> {
  const { job, timeline } = await mirror.daemon.request("show", { job: id });
  return JSON.stringify({ recipe: job.recipe, timeline }, null, 2);
}
