import { createContext, useContext } from "react";
import type { Job } from "../../shared/jobs.ts";
import type { Recipe } from "../../shared/recipe.ts";
import type { Deed } from "./deeds.ts";
import type { Words } from "./hints.ts";
import type { Action, KeyMap, Place } from "./keys.ts";
import type { Mirror } from "./mirror.ts";
import type { MirrorState } from "./mirror-state.ts";
import type { Point } from "./mouse.ts";
import type { PictureBoard } from "./picture-board.ts";
import type { Settings } from "./settings.ts";
import type { StudioState } from "./studio/state.ts";
import type { Glyphs, Theme } from "./theme.ts";
import type { LiveState } from "./use-live-state.ts";

/** What the form of a new job begins with. */
export type Draft =
  | { readonly from: "nothing"; readonly files: readonly string[] }
  | { readonly from: "recipe"; readonly recipe: Recipe }
  | { readonly from: "queued"; readonly job: Job };

/** What fills the terminal. */
export type Screen =
  | { readonly kind: "studio" }
  | { readonly kind: "newJob"; readonly draft: Draft }
  | { readonly kind: "timeline"; readonly job: string }
  | { readonly kind: "compare"; readonly jobs: readonly string[] }
  | { readonly kind: "reader"; readonly text: ReaderText };

/** What can be read: of a job, or with null the daemon's log. */
export type ReaderText =
  | { readonly of: "log"; readonly job: string | null }
  | { readonly of: "recipe"; readonly job: string };

/** Whom keys go to. It must not rely on a drawn state: keys come faster than screens are drawn. */
export interface KeyTaker {
  readonly place: () => Place;
  readonly words?: Words;
  /** False once another is to take its place: keys wait until that is drawn. */
  readonly isCurrent?: () => boolean;
  readonly act: (action: Action) => void;
  /** Takes keys that write text, before they mean an action; false for those that it leaves. */
  readonly write?: ((name: string) => boolean) | undefined;
  readonly paste?: (text: string) => void;
  /** Asked before the screen is left by a key: what would be lost; undefined where nothing would. */
  readonly lossOnLeaving?: () => string | undefined;
  readonly point?: (point: Point) => void;
}

/** What every screen has to do with: the daemon, the terminal, the way to other screens. */
export interface Shell {
  readonly mirror: Mirror;
  readonly state: MirrorState;
  readonly pictures: PictureBoard;
  readonly settings: Settings;
  /** The one that is shown, or covered by help or the palette. */
  readonly screen: Screen;
  readonly keys: KeyMap;
  readonly theme: Theme;
  readonly glyphs: Glyphs;
  readonly studio: LiveState<StudioState>;
  readonly columns: number;
  /** Between the first and the last line, which are the shell's own. */
  readonly rows: number;
  /** The job that the studio shows, as it was drawn; and as it is now, for keys. */
  readonly selected: string | undefined;
  readonly selection: () => string | undefined;
  readonly select: (id: string) => void;
  readonly open: (screen: Screen) => void;
  /** To the screen before; with a screen given only if that is the one on top. */
  readonly back: (from?: Screen) => void;
  readonly tell: (kind: "done" | "failed", text: string) => void;
  /** Tells how it went, and whether it was done to whoever asks. */
  readonly carryOut: (deed: Deed, onEnd?: (isDone: boolean) => void) => void;
  /** Asks first where something would be lost. */
  readonly leave: (loss: string | undefined, go: () => void) => void;
  /** Asks before it does it. */
  readonly confirm: (question: string, deed: Deed) => void;
  /** To be called whenever a screen is drawn. */
  readonly takeKeys: (taker: KeyTaker) => void;
}

export const ShellContext = createContext<Shell | undefined>(undefined);

export function useShell(): Shell {
  const shell = useContext(ShellContext);
  if (shell === undefined) throw new Error("a screen outside the shell");
  return shell;
}
