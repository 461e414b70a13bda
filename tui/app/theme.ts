import type { JobStateName } from "../../shared/jobs.ts";
import type { Background } from "../terminal/background.ts";
import { STATE_COLOURS } from "../terminal/job-text.ts";

/** Names of the terminal's own 16 colours, so that its palette is respected. Ink leaves them out where NO_COLOR is set. */
const DARK = {
  accent: "cyan",
  dim: "gray",
  warning: "yellow",
  error: "red",
  good: "green",
  pending: "magenta",
  /** Lines of a chart with several, in turn. */
  series: ["cyan", "yellow", "green", "magenta", "red", "blue", "white"],
  states: { ...STATE_COLOURS, queued: "white" } as Record<JobStateName, string>,
} as const;

/** Without those that are lost on white: the bright ones, yellow, green and cyan. Charts have the latter at last. */
const LIGHT: Theme = {
  accent: "blue",
  dim: "gray",
  warning: "magenta",
  error: "red",
  good: "blue",
  pending: "magenta",
  series: ["blue", "red", "magenta", "black", "gray", "green", "cyan"],
  states: {
    queued: "black",
    running: "blue",
    paused: "magenta",
    done: "black",
    failed: "red",
    cancelled: "gray",
  },
};

export type Theme = {
  readonly [K in keyof typeof DARK]: (typeof DARK)[K] extends string
    ? string
    : (typeof DARK)[K] extends readonly string[]
      ? readonly string[]
      : (typeof DARK)[K];
};

export const THEMES: Readonly<Record<Background, Theme>> = { dark: DARK, light: LIGHT };

/** Characters beyond ASCII; `terminal/ascii.ts` has what takes their place where the terminal has none. */
export interface Glyphs {
  readonly states: Readonly<Record<JobStateName, string>>;
  readonly mark: string;
  readonly marker: string;
  readonly cursor: string;
  readonly track: string;
  readonly knob: string;
  readonly chosen: string;
  readonly separator: string;
  /** Else a chart has one point in a cell. */
  readonly hasBraille: boolean;
}

const UNICODE: Glyphs = {
  states: { queued: "◦", running: "▶", paused: "‖", done: "✓", failed: "✗", cancelled: "–" },
  mark: "●",
  marker: "▲",
  cursor: "│",
  track: "─",
  knob: "●",
  chosen: "›",
  separator: " · ",
  hasBraille: true,
};

export const GLYPHS = { unicode: UNICODE, ascii: { ...UNICODE, hasBraille: false } } as const;
