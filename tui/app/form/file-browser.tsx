import { dirname } from "node:path";
import { Box, Text } from "ink";
import { useEffect, useMemo } from "react";
import stringWidth from "string-width";
import { messageOf, UserError } from "../../../shared/errors.ts";
import { plainText } from "../../../shared/plain-text.ts";
import { sizeOfPicture, thumbnailOf } from "../../terminal/thumbnail.ts";
import type { Action } from "../keys.ts";
import { bandsOf, pictureAreas } from "../layout.ts";
import { EMPTY_LINE, editLine, insert, lineOf } from "../line-edit.ts";
import {
  contentColumns,
  contentRows,
  firstShown,
  lineAtRow,
  Pane,
  ROWS_ABOVE_CONTENT,
} from "../parts/pane.tsx";
import { endOf, lineWithCursor } from "../parts/text-line.tsx";
import { filesFromPaste } from "../pasted-files.ts";
import { useShell } from "../shell.ts";
import { type Slot, useSlot } from "../use-live-state.ts";
import { usePictures } from "../use-pictures.ts";
import {
  type BrowserState,
  followPath,
  isPath,
  type Listing,
  listFolder,
  READING,
  shownIn,
} from "./files.ts";

const FILTER_ROWS = 1;
const PATIENCE_MS = 3000;

/** In words, where there are any. */
function marksIn({ marked }: BrowserState): string | undefined {
  if (marked.length === 0) return undefined;
  return marked.length === 1 ? "the marked picture" : `${marked.length} marked pictures`;
}

function noSuch(path: string): UserError {
  return new UserError(`there is no file or folder ${path}`);
}

interface FileBrowserProps {
  readonly title: string;
  /** Kept by whoever opened it, so that it outlasts help and the palette. */
  readonly slot: Slot<BrowserState>;
  readonly isOpen: () => boolean;
  readonly lossOnLeaving: () => string | undefined;
  /** With the chosen files; none when it was left. */
  readonly onDone: (files: readonly string[]) => void;
}

/** Pictures on this machine's disk: letters filter, a path leads there, the file under the cursor is seen above. */
export function FileBrowser({ title, slot, isOpen, lossOnLeaving, onDone }: FileBrowserProps) {
  const shell = useShell();
  const { columns, rows, pictures, theme, glyphs } = shell;
  const ui = useSlot(slot);
  const { listing, filter, at, marked } = ui.current;
  const bands = useMemo(() => bandsOf(rows, 0.55, pictures.isPossible), [rows, pictures]);
  const areas = useMemo(() => pictureAreas(columns, bands.pictureRows, [["file", 1]]), [columns, bands]);
  const shown = shownIn(ui.current);
  const focus = shown[at];

  useEffect(() => pictures.arrange(areas), [pictures, areas]);
  usePictures(
    new Map([["file", focus?.isFolder ? undefined : focus?.path]]),
    async (file) => await thumbnailOf(file, pictures.widthOf(columns)),
  );
  const read = async (from: string, child?: string) => {
    const learn = (found: Listing) => {
      if (ui.current.folder !== from) return;
      ui.update({ listing: found });
      if (child !== undefined) ui.update({ at: now().findIndex((entry) => entry.path === child) });
      move(0);
    };
    // Keys wait until it is read, but not for a disk that is gone.
    const timer = setTimeout(() => learn({ state: "failed", reason: "it does not answer" }), PATIENCE_MS);
    learn(await listFolder(from));
    clearTimeout(timer);
  };
  /** To a folder, with the cursor on one of those that are in it. */
  const go = (to: string, { filter: rest = "", child }: { filter?: string; child?: string } = {}) => {
    ui.update({ folder: to, listing: READING, filter: lineOf(rest), at: 0 });
    read(to, child).catch(() => {});
  };
  const goUp = () => go(dirname(ui.current.folder), { child: ui.current.folder });
  useEffect(() => {
    read(ui.current.folder).catch(() => {});
  }, []);
  const path = focus?.isFolder === false ? focus.path : undefined;
  useEffect(() => {
    let isCurrent = true;
    ui.update({ size: "" });
    if (path !== undefined)
      sizeOfPicture(path).then(
        (size) => isCurrent && ui.update({ size: size ?? "cannot be read" }),
        () => {},
      );
    return () => {
      isCurrent = false;
    };
  }, [path]);

  const room = Math.max(1, contentRows(bands.paneRows) - FILTER_ROWS);
  const now = () => shownIn(ui.current);
  /** Keys wait meanwhile: they mean what comes after. */
  const taking = (work: () => Promise<void>) => {
    if (ui.current.isTaking) return;
    ui.update({ isTaking: true });
    work()
      .catch((error: unknown) => shell.tell("failed", messageOf(error)))
      .finally(() => ui.update({ isTaking: false }));
  };
  const take = async () => {
    const { filter: written, folder: here, marked: chosen } = ui.current;
    if (isPath(written.text)) {
      const followed = await followPath(written.text, here);
      if (followed === undefined) throw noSuch(written.text);
      return followed.kind === "file"
        ? onDone([...chosen, followed.file])
        : go(followed.folder, { filter: followed.rest });
    }
    const entry = now()[ui.current.at];
    if (entry?.isFolder) return go(entry.path);
    // Who marks says which: the one under the cursor is only where marking led to.
    if (chosen.length > 0) onDone(chosen);
    else if (entry !== undefined) onDone([entry.path]);
  };
  const takePasted = async (paths: readonly string[]) => {
    const { folder: here, marked: chosen } = ui.current;
    const found = await Promise.all(paths.map(async (one) => await followPath(one, here)));
    const missing = paths.find((_, i) => {
      const one = found[i];
      return one === undefined || (one.kind === "folder" && one.rest !== "");
    });
    if (missing !== undefined) throw noSuch(missing);
    const files = found.flatMap((one) => (one?.kind === "file" ? [one.file] : []));
    const [first] = found;
    if (files.length > 0) onDone([...chosen, ...files]);
    else if (first?.kind === "folder") go(first.folder);
  };
  /** The letters of a filter are left first. */
  const leave = () => {
    if (ui.current.filter.text !== "") return ui.update({ filter: EMPTY_LINE, at: 0 });
    shell.leave(marksIn(ui.current), () => onDone([]));
  };
  const move = (by: number) => ui.update({ at: Math.max(0, Math.min(now().length - 1, ui.current.at + by)) });
  const handlers: Partial<Record<Action, () => void>> = {
    fileUp: () => move(-1),
    fileDown: () => move(1),
    filesUp: () => move(-room),
    filesDown: () => move(room),
    firstFile: () => move(Number.NEGATIVE_INFINITY),
    lastFile: () => move(Number.POSITIVE_INFINITY),
    openFile: () => taking(take),
    markFile: () => {
      const entry = now()[ui.current.at];
      if (entry === undefined || entry.isFolder) return;
      const before = ui.current.marked;
      const without = before.filter((one) => one !== entry.path);
      ui.update({ marked: without.length < before.length ? without : [...before, entry.path] });
      move(1);
    },
    parentFolder: goUp,
  };
  shell.takeKeys({
    place: () => "files",
    isCurrent: () => isOpen() && ui.current.listing.state !== "reading" && !ui.current.isTaking,
    act: (action) => handlers[action]?.(),
    write: (name) => {
      if (name === "escape") {
        leave();
        return true;
      }
      if (name === "backspace" && ui.current.filter.text === "") {
        goUp();
        return true;
      }
      if (["left", "right", "home", "end"].includes(name) && ui.current.filter.text === "") return false;
      const next = editLine(ui.current.filter, name);
      if (next !== undefined) ui.update({ filter: next, at: 0 });
      return next !== undefined;
    },
    paste: (text) => {
      const paths = filesFromPaste(text);
      if (paths.length === 0) return ui.update({ filter: insert(ui.current.filter, text), at: 0 });
      taking(async () => await takePasted(paths));
    },
    lossOnLeaving: () => lossOnLeaving() ?? marksIn(ui.current),
    point: ({ by, row }) => {
      if (by !== "click") return move(by === "up" ? -1 : 1);
      const inList = row - ROWS_ABOVE_CONTENT - bands.pictureRows - FILTER_ROWS;
      const clicked = lineAtRow(inList, ui.current.at, now().length, room);
      if (clicked === ui.current.at) handlers.openFile?.();
      else if (clicked !== undefined) ui.update({ at: clicked });
    },
  });

  const emptyText = () => {
    if (isPath(filter.text)) return "a path: enter goes there";
    if (listing.state === "reading") return "reading this folder…";
    if (listing.state === "failed") return `this folder cannot be read: ${listing.reason}`;
    if (listing.entries.length === 0) return "no folders or pictures here";
    return "none has these letters";
  };
  const first = firstShown(at, shown.length, room);
  const count = marked.length > 0 ? `${marked.length} marked${glyphs.separator}` : "";
  const place = shown.length > 0 ? `${glyphs.separator}${at + 1} of ${shown.length}` : "";
  const pathRoom = contentColumns(columns) - stringWidth(`${count}${title}: ${place}`);
  return (
    <>
      <Box height={bands.pictureRows} />
      <Pane
        title={`${count}${title}: ${endOf(ui.current.folder, pathRoom)}${place}`}
        isFocused
        columns={columns}
        rows={bands.paneRows}
      >
        <Text wrap="truncate">
          <Text color={theme.accent}>{"/ "}</Text>
          {lineWithCursor(filter, contentColumns(columns) - 2)}
          <Text color={theme.dim}>{filter.text === "" ? " letters filter, a path leads there" : ""}</Text>
        </Text>
        {shown.length === 0 && (
          <Text wrap="truncate" color={listing.state === "failed" ? theme.error : theme.dim}>
            {emptyText()}
          </Text>
        )}
        {shown.slice(first, first + room).map((entry, i) => {
          const isChosen = first + i === at;
          const sign = marked.includes(entry.path) ? glyphs.mark : isChosen ? glyphs.chosen : " ";
          return (
            <Text
              key={entry.path}
              wrap="truncate"
              inverse={isChosen}
              {...(entry.isFolder && { color: theme.accent })}
            >
              {`${sign} ${plainText(entry.name)}${entry.isFolder ? "/" : isChosen && ui.current.size ? `  ${ui.current.size}` : ""}`}
            </Text>
          );
        })}
      </Pane>
    </>
  );
}
