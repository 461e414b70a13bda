import { Box, useApp, useInput, usePaste, useWindowSize } from "ink";
import { useEffect, useLayoutEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { messageOf } from "../../shared/errors.ts";
import { NO_LINK } from "../client/need-link.ts";
import type { Background } from "../terminal/background.ts";
import { type Deed, doDeed, UNDERWAY } from "./deeds.ts";
import { helpLayout, scrollHelp } from "./help-layout.ts";
import { type Hint, hintedBy, keyAt } from "./hints.ts";
import { namesOfKeys } from "./key-names.ts";
import { type Action, actionFor } from "./keys.ts";
import { EMPTY_LINE, editLine, insert } from "./line-edit.ts";
import type { Mirror } from "./mirror.ts";
import { mouseFrom, type Point } from "./mouse.ts";
import { OVERLAY_HINTS, type Overlay } from "./overlay.ts";
import { BottomLine, type Notice } from "./parts/bottom-line.tsx";
import { Help } from "./parts/help.tsx";
import { Palette, type PaletteEntry, paletteEntries } from "./parts/palette.tsx";
import { TitleLine } from "./parts/title-line.tsx";
import type { PictureBoard } from "./picture-board.ts";
import { ScreenOf } from "./screens/screen-of.tsx";
import type { Settings } from "./settings.ts";
import { type KeyTaker, type Screen, type Shell, ShellContext } from "./shell.ts";
import { initialStudio, unmadeChanges } from "./studio/state.ts";
import { GLYPHS, THEMES } from "./theme.ts";
import { useLiveState } from "./use-live-state.ts";
import { useSelection } from "./use-selection.ts";

/** The next key takes a notice away, but none that came just before it, and of nothing that is underway. */
const [NOTICE_MS, NOTICED_MS] = [6000, 1000];
/** The title's and the bottom line's. */
const OWN_ROWS = 2;

interface Ui {
  /** The last one is shown. */
  readonly screens: readonly [Screen, ...Screen[]];
  readonly overlay: Overlay | undefined;
  readonly notice: Notice | undefined;
}

interface AppProps {
  readonly mirror: Mirror;
  readonly pictures: PictureBoard;
  readonly settings: Settings;
  readonly isUnicode: boolean;
  readonly background: Background;
}

/** Screens, what lies over them, and the way of a key to whom it concerns. */
export function App({ mirror, pictures, settings, isUnicode, background }: AppProps) {
  const { exit } = useApp();
  const { columns, rows } = useWindowSize();
  const state = useSyncExternalStore(mirror.subscribe, mirror.snapshot);
  const ui = useLiveState<Ui>({
    screens: [{ kind: "studio" }],
    overlay: undefined,
    notice: undefined,
  });
  const { screens, overlay, notice } = ui.current;
  const screen = screens.at(-1) ?? screens[0];
  const taker = useRef<KeyTaker>({ place: () => "studio", act: () => {} });
  // Keys and pastes that came while their screen was not drawn yet.
  const waiting = useRef<(() => void)[]>([]);
  const drawn = useRef(screen);
  const noticedAt = useRef(Number.POSITIVE_INFINITY);
  // Whose keys the bottom line shows: a screen may change its place and be drawn without the app.
  const hinted = useRef("");
  const hints = useRef<readonly Hint[]>([]);

  const studio = useLiveState(initialStudio(settings.controls === "live"));
  const { selected, selection, select, followBranch } = useSelection(mirror, studio);
  const dropNotice = () => {
    if (ui.current.notice?.kind !== "underway") ui.update({ notice: undefined });
  };
  const carryOut = (deed: Deed, onEnd?: (isDone: boolean) => void) => {
    const tell = (kind: "done" | "failed", text: string) => {
      mirror.tell();
      ui.update({ notice: { kind, text } });
      onEnd?.(kind === "done");
    };
    const { [deed.kind]: underway } = UNDERWAY;
    if (underway !== undefined) ui.update({ notice: { kind: "underway", text: underway } });
    doDeed(mirror, deed, followBranch).then(
      (text) => tell("done", text),
      (error: unknown) => tell("failed", messageOf(error)),
    );
  };
  const askAndLeave = (loss: string | undefined, go: () => void) => {
    if (loss === undefined) return go();
    ui.update({ overlay: { kind: "leave", question: `throw ${loss} away`, confirmed: go } });
  };
  const shell: Shell = useMemo(
    () => ({
      mirror,
      state,
      pictures,
      settings,
      screen,
      keys: settings.keys,
      theme: THEMES[settings.theme === "auto" ? background : settings.theme],
      glyphs: isUnicode ? GLYPHS.unicode : GLYPHS.ascii,
      columns,
      rows: Math.max(1, rows - OWN_ROWS),
      selected,
      selection,
      studio,
      select,
      open: (next) => ui.update({ screens: [...ui.current.screens, next] }),
      back: (from) => {
        const [first, ...others] = ui.current.screens;
        if (from === undefined || from === others.at(-1))
          ui.update({ screens: [first, ...others.slice(0, -1)] });
      },
      tell: (kind, text) => ui.update({ notice: { kind, text } }),
      carryOut,
      leave: askAndLeave,
      confirm: (question, deed) =>
        ui.update(
          mirror.daemon.isOpen
            ? { overlay: { kind: "confirm", question, confirmed: () => carryOut(deed) } }
            : { notice: { kind: "failed", text: NO_LINK } },
        ),
      takeKeys: (next) => {
        taker.current = next;
        queueMicrotask(() => {
          if (hintedBy(taker.current) !== hinted.current) ui.update({});
          // It may take again what waited for it.
          else drain();
        });
      },
    }),
    [mirror, state, pictures, settings, screen, isUnicode, background, columns, rows, selected],
  );

  const entries = (query: string): PaletteEntry[] =>
    paletteEntries(settings.keys, taker.current.place(), mirror.snapshot().jobs, query);
  const leave = (go: () => void, more?: string) => askAndLeave(taker.current.lossOnLeaving?.() ?? more, go);
  const quit = () => leave(exit, unmadeChanges(studio.current));
  const act = (action: Action) => {
    switch (action) {
      case "quit":
        return quit();
      case "help":
        return ui.update({ overlay: { kind: "help", top: 0 } });
      case "palette":
        return ui.update({ overlay: { kind: "palette", query: EMPTY_LINE, chosen: 0 } });
      case "back":
        if (ui.current.screens.length < 2) return;
        return leave(() => {
          // What a screen said is of no use on the one before.
          dropNotice();
          shell.back();
        });
      case "startDaemon":
        if (!mirror.daemon.isOpen) carryOut({ kind: "startDaemon" });
        return;
      default:
        return taker.current.act(action);
    }
  };
  const choose = (entry: PaletteEntry | undefined) => {
    ui.update({ overlay: undefined });
    if (entry?.kind === "action") act(entry.action);
    if (entry?.kind === "job")
      leave(() => {
        select(entry.id);
        ui.update({ screens: [ui.current.screens[0]] });
      });
  };
  const pressOver = (over: Overlay, name: string) => {
    switch (over.kind) {
      case "help": {
        const top = scrollHelp(helpLayout(shell, taker.current.place()), over.top, name);
        return ui.update({ overlay: top === undefined ? undefined : { ...over, top } });
      }
      case "leave":
      case "confirm":
        ui.update({ overlay: undefined });
        return name === "y" ? over.confirmed() : undefined;
      case "palette": {
        const found = entries(over.query.text);
        if (name === "escape") return ui.update({ overlay: undefined });
        if (name === "enter") return choose(found[over.chosen]);
        if (name === "up" || name === "down") {
          const chosen = Math.min(found.length - 1, Math.max(0, over.chosen + (name === "up" ? -1 : 1)));
          return ui.update({ overlay: { ...over, chosen } });
        }
        const query = editLine(over.query, name);
        return query === undefined ? undefined : ui.update({ overlay: { ...over, query, chosen: 0 } });
      }
    }
  };
  const press = (name: string) => {
    // Who presses it again means it.
    if (name === "ctrl+c") return ui.current.overlay?.kind === "leave" ? exit() : quit();
    if (performance.now() - noticedAt.current > NOTICED_MS) dropNotice();
    const { overlay: over } = ui.current;
    if (over !== undefined) return pressOver(over, name);
    if (taker.current.write?.(name)) return;
    const action = actionFor(settings.keys, name, taker.current.place());
    if (action !== undefined) act(action);
  };
  const point = (mouse: Point) => {
    if (mouse.row < rows - 1)
      return ui.current.overlay === undefined ? taker.current.point?.(mouse) : undefined;
    const key = mouse.by === "click" ? keyAt(hints.current, mouse.column) : undefined;
    if (key !== undefined) press(key);
  };
  const paste = (text: string) => {
    const { overlay: over } = ui.current;
    if (over === undefined) return taker.current.paste?.(text);
    if (over.kind !== "palette") return;
    ui.update({ overlay: { ...over, query: insert(over.query, text), chosen: 0 } });
  };
  const drain = () => {
    for (;;) {
      const { screens: now } = ui.current;
      const isDrawn = (now.at(-1) ?? now[0]) === drawn.current && taker.current.isCurrent?.() !== false;
      if (waiting.current.length === 0 || !isDrawn) return;
      waiting.current.shift()?.();
    }
  };
  const isCovered = overlay?.kind === "help" || overlay?.kind === "palette";
  // Not when the key comes: the screen before may not have placed its pictures yet, and would do so later.
  useLayoutEffect(() => pictures.clear(), [pictures, screen, isCovered]);
  useLayoutEffect(() => {
    drawn.current = screen;
    hinted.current = hintedBy(taker.current);
    drain();
  });
  useInput((input, key) => {
    const mouse = mouseFrom(input);
    if (mouse === "other") return;
    if (mouse !== undefined) return point(mouse);
    for (const name of namesOfKeys(input, key)) {
      // It waits for nothing, and what was typed ahead of it is no answer to what it asks.
      if (name === "ctrl+c") waiting.current = [];
      if (name === "ctrl+c") press(name);
      else waiting.current.push(() => press(name));
      drain();
    }
  });
  usePaste((text) => {
    waiting.current.push(() => paste(text));
    drain();
  });
  useEffect(() => {
    noticedAt.current = notice === undefined ? Number.POSITIVE_INFINITY : performance.now();
    if (notice === undefined) return;
    const timer = setTimeout(dropNotice, NOTICE_MS);
    return () => clearTimeout(timer);
  }, [notice]);

  return (
    <ShellContext value={shell}>
      <Box flexDirection="column" width={columns} height={rows}>
        <TitleLine place={() => taker.current.place()} />
        {overlay?.kind === "help" && <Help place={taker.current.place()} top={overlay.top} />}
        {overlay?.kind === "palette" && (
          <Palette entries={entries(overlay.query.text)} query={overlay.query} chosen={overlay.chosen} />
        )}
        {!isCovered && <ScreenOf screen={screen} />}
        <BottomLine
          taker={() => taker.current}
          notice={notice}
          question={overlay !== undefined && "question" in overlay ? overlay.question : undefined}
          over={overlay === undefined ? undefined : OVERLAY_HINTS[overlay.kind]}
          shown={hints}
        />
      </Box>
    </ShellContext>
  );
}
