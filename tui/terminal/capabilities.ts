import { WriteStream } from "node:tty";
import { type Background, backgroundFrom } from "./background.ts";

export const PICTURES = ["kitty", "iterm2", "blocks", "none"] as const;
export type Pictures = (typeof PICTURES)[number];

export const COLOURS = ["truecolor", "256", "16", "none"] as const;
export type Colours = (typeof COLOURS)[number];

/** A size in pixels. */
export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** What the terminal can show. */
export interface Capabilities {
  readonly pictures: Pictures;
  readonly colours: Colours;
  /** Braille and box drawing may be used; else ASCII alone. */
  readonly isUnicode: boolean;
  readonly background: Background;
  readonly insideTmux: boolean;
  /** One cell; only the proportion counts where the terminal did not tell. */
  readonly cell: PixelSize;
  /** The terminal answers questions. */
  readonly answers: boolean;
  /** Why it is so, in words. */
  readonly reasons: Readonly<Record<"pictures" | "colours" | "characters" | "background", string>>;
}

/** What a terminal said when it was asked. */
export interface TerminalAnswers {
  readonly isSpeaking: boolean;
  readonly hasKittyGraphics: boolean;
  /** Its name and version as it gives them, such as `kitty(0.42.1)`; empty where it does not. */
  readonly name: string;
  readonly cell: PixelSize | undefined;
  /** The colour of its background, such as `rgb:ffff/ffff/ffff`. */
  readonly background: string | undefined;
}

/** The tmux between this program and the terminal. */
export interface Tmux {
  readonly version: string;
  readonly allowsPassthrough: boolean;
  /** The terminal that it is attached to: TERM and the name it gave. */
  readonly terminal: string;
}

/** What the person asked for; `auto` leaves it to what is found. */
export interface Wishes {
  readonly pictures: Pictures | "auto";
  readonly colours: Colours | "auto";
  readonly isAscii: boolean;
}

export const NO_WISHES: Wishes = { pictures: "auto", colours: "auto", isAscii: false };
export const NO_ANSWERS: TerminalAnswers = {
  isSpeaking: false,
  hasKittyGraphics: false,
  name: "",
  cell: undefined,
  background: undefined,
};
const USUAL_CELL: PixelSize = { width: 8, height: 16 };
/** Terminals that show kitty's images in the place of Unicode placeholders. */
const PLACEHOLDERS = /kitty|ghostty/i;
const TRUECOLOR = /kitty|ghostty|wezterm|alacritty|iterm|^foot|-direct$/i;
const ITERM2_IMAGES = /^(iterm2|iterm\.app|wezterm|mintty)/i;
/** More pixels than this per column would cost more bytes than they are worth while a picture changes. */
const MOST_PIXELS_PER_COLUMN = 8;

type Environment = Readonly<Record<string, string | undefined>>;
type Found<T> = readonly [value: T, reason: string];

/** What a terminal can show, from all that is known of it. */
export function capabilitiesFrom({
  env,
  answers = NO_ANSWERS,
  tmux,
  wishes = NO_WISHES,
}: {
  readonly env: Environment;
  readonly answers?: TerminalAnswers;
  readonly tmux?: Tmux | undefined;
  readonly wishes?: Wishes;
}): Capabilities {
  const [colours, whyColours] = coloursFrom(env, wishes);
  const [isUnicode, whyCharacters] = charactersFrom(env, wishes);
  const [pictures, whyPictures] = picturesFrom(env, answers, tmux, wishes, colours, isUnicode);
  const [background, whyBackground] = backgroundFrom(answers.background, env["COLORFGBG"]);
  return {
    pictures,
    colours,
    isUnicode,
    background,
    insideTmux: isInTmux(env),
    cell: answers.cell ?? USUAL_CELL,
    answers: answers.isSpeaking,
    reasons: {
      pictures: whyPictures,
      colours: whyColours,
      characters: whyCharacters,
      background: whyBackground,
    },
  };
}

/** How many pixels of a picture one column can show. */
export function pixelsPerColumn({ pictures, cell }: Capabilities): number {
  return pictures === "kitty" || pictures === "iterm2"
    ? Math.max(1, Math.min(MOST_PIXELS_PER_COLUMN, cell.width))
    : 1;
}

export function isInTmux(env: Environment): boolean {
  return Boolean(env["TMUX"]);
}

function coloursFrom(env: Environment, { colours }: Pick<Wishes, "colours">): Found<Colours> {
  if (colours !== "auto") return [colours, "asked for"];
  if (env["NO_COLOR"]) return ["none", "NO_COLOR is set"];
  const { NO_COLOR: _noColor, CI: _ci, ...rest } = env;
  const depth = WriteStream.prototype.getColorDepth(rest);
  const found = depth >= 24 ? "truecolor" : depth >= 8 ? "256" : depth >= 4 ? "16" : "none";
  // Over SSH little but names is left.
  const known = ["TERM", "TERM_PROGRAM", "LC_TERMINAL"].find((name) => TRUECOLOR.test(rest[name] ?? ""));
  if (known !== undefined && !rest["FORCE_COLOR"]) return ["truecolor", `${known}=${rest[known]}`];
  if (found === "16" && /-256/.test(rest["TERM"] ?? "")) return ["256", `TERM=${rest["TERM"]}`];
  const said = ["FORCE_COLOR", "TMUX", "COLORTERM", "TERM_PROGRAM", "TERM"].find((name) => rest[name]);
  if (said === undefined) return [found, "TERM is not set"];
  return [found, said === "TMUX" ? "inside tmux" : `${said}=${rest[said]}`];
}

function charactersFrom(env: Environment, { isAscii }: Wishes): Found<boolean> {
  if (isAscii) return [false, "ASCII was asked for"];
  if (env["TERM"] === "linux") return [false, "the console's font has no braille"];
  const name = ["LC_ALL", "LC_CTYPE", "LANG"].find((one) => env[one]);
  // Containers and many SSH sessions have no locale, and their terminals speak UTF-8.
  if (name === undefined) return [true, "no locale says otherwise"];
  return [/utf-?8/i.test(env[name] ?? ""), `${name}=${env[name]}`];
}

function picturesFrom(
  env: Environment,
  { hasKittyGraphics, name }: TerminalAnswers,
  tmux: Tmux | undefined,
  wishes: Wishes,
  colours: Colours,
  isUnicode: boolean,
): Found<Pictures> {
  const hasBlockColours = colours === "truecolor" || colours === "256";
  const blocks = (why: string): Found<Pictures> =>
    hasBlockColours
      ? ["blocks", `half-blocks: ${why}`]
      : ["none", `half-blocks need 256 colours, and there are ${colours === "none" ? "none" : colours}`];
  if (wishes.pictures === "blocks" && colours === "none")
    return ["none", "half-blocks are made of colours, and there are none"];
  if (wishes.pictures !== "auto") return [wishes.pictures, "asked for"];
  if (colours === "none") return ["none", "without colours there are charts only"];
  if (isInTmux(env)) return picturesInTmux(tmux, isUnicode, blocks);
  if (env["STY"]) return blocks("inside screen");
  const known = [name, env["LC_TERMINAL"], env["TERM_PROGRAM"]].find((one) => ITERM2_IMAGES.test(one ?? ""));
  if (known !== undefined) return ["iterm2", `${known} has iTerm2's inline images`];
  if (!hasKittyGraphics) return blocks("the terminal does not answer to kitty's graphics protocol");
  const kitty = [name, env["TERM_PROGRAM"], env["TERM"]].find((one) => PLACEHOLDERS.test(one ?? ""));
  if (kitty === undefined)
    return blocks(
      "it has kitty's graphics, but is not known to have Unicode placeholders; --pictures kitty tries it",
    );
  return isUnicode
    ? ["kitty", `${kitty} answers to kitty's graphics protocol`]
    : blocks("kitty's placeholders are not ASCII");
}

function picturesInTmux(
  tmux: Tmux | undefined,
  isUnicode: boolean,
  blocks: (why: string) => Found<Pictures>,
): Found<Pictures> {
  if (tmux === undefined) return blocks("tmux does not answer");
  if (!PLACEHOLDERS.test(tmux.terminal))
    return blocks(`tmux is attached to ${tmux.terminal || "a terminal without a name"}`);
  if (!isAtLeast(tmux.version, 3, 3)) return blocks(`tmux ${tmux.version} passes no pictures on; 3.3 does`);
  if (!tmux.allowsPassthrough)
    return blocks("tmux passes no pictures on; it does after: tmux set -g allow-passthrough on");
  return isUnicode
    ? ["kitty", `${tmux.terminal} through tmux ${tmux.version}`]
    : blocks("kitty's placeholders are not ASCII");
}

/** tmux counts `3.3`, `3.3a`, `next-3.4`. */
function isAtLeast(version: string, major: number, minor: number): boolean {
  const [, a = "0", b = "0"] = /(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(a) > major || (Number(a) === major && Number(b) >= minor);
}
