import { describe, expect, test } from "vitest";
import {
  type Capabilities,
  capabilitiesFrom,
  NO_ANSWERS,
  NO_WISHES,
  pixelsPerColumn,
  type TerminalAnswers,
  type Tmux,
  type Wishes,
} from "../../../tui/terminal/capabilities.ts";

const UTF8 = { LANG: "en_US.UTF-8" };
const ANSWERS: TerminalAnswers = { ...NO_ANSWERS, isSpeaking: true, cell: { width: 9, height: 20 } };
const KITTY: TerminalAnswers = { ...ANSWERS, hasKittyGraphics: true, name: "kitty(0.42.1)" };
const IN_TMUX = { ...UTF8, TERM: "tmux-256color", TMUX: "/tmp/tmux-0/default,1,0", TERM_PROGRAM: "tmux" };
const TMUX: Tmux = { version: "3.4", allowsPassthrough: true, terminal: "xterm-kitty kitty(0.42.1)" };

interface Case {
  readonly name: string;
  readonly env: Record<string, string>;
  readonly answers?: TerminalAnswers;
  readonly tmux?: Tmux;
  readonly wishes?: Partial<Wishes>;
  readonly expected: Partial<
    Pick<Capabilities, "pictures" | "colours" | "isUnicode" | "background" | "insideTmux">
  >;
  readonly why?: RegExp;
}

const CASES: readonly Case[] = [
  {
    name: "xterm with 256 colours",
    env: { ...UTF8, TERM: "xterm-256color" },
    expected: { pictures: "blocks", colours: "256", isUnicode: true, insideTmux: false },
    why: /does not answer to kitty/,
  },
  {
    name: "a modern terminal over SSH",
    env: { ...UTF8, TERM: "xterm-256color", COLORTERM: "truecolor" },
    answers: ANSWERS,
    expected: { pictures: "blocks", colours: "truecolor" },
  },
  {
    name: "kitty over SSH, known by its answers alone",
    env: { ...UTF8, TERM: "xterm-256color" },
    answers: KITTY,
    expected: { pictures: "kitty" },
    why: /^kitty\(0\.42\.1\) answers/,
  },
  {
    name: "Ghostty",
    env: { ...UTF8, TERM: "xterm-ghostty", TERM_PROGRAM: "ghostty" },
    answers: { ...KITTY, name: "ghostty 1.2.0" },
    expected: { pictures: "kitty", colours: "truecolor" },
  },
  {
    name: "a terminal with kitty's graphics that may lack placeholders",
    env: { ...UTF8, TERM: "xterm-256color" },
    answers: { ...KITTY, name: "Konsole 25.08" },
    expected: { pictures: "blocks" },
    why: /--pictures kitty tries it/,
  },
  {
    name: "WezTerm, although it answers to kitty's query",
    env: { ...UTF8, TERM: "xterm-256color", TERM_PROGRAM: "WezTerm" },
    answers: { ...KITTY, name: "WezTerm 20250101" },
    expected: { pictures: "iterm2", colours: "truecolor" },
  },
  {
    name: "iTerm2 over SSH",
    env: { ...UTF8, TERM: "xterm-256color", LC_TERMINAL: "iTerm2" },
    answers: ANSWERS,
    expected: { pictures: "iterm2" },
  },
  {
    name: "kitty inside tmux",
    env: IN_TMUX,
    answers: ANSWERS,
    tmux: TMUX,
    expected: { pictures: "kitty", colours: "truecolor", insideTmux: true },
  },
  {
    name: "kitty inside a tmux that passes nothing on",
    env: IN_TMUX,
    tmux: { ...TMUX, allowsPassthrough: false },
    expected: { pictures: "blocks" },
    why: /tmux set -g allow-passthrough on/,
  },
  {
    name: "kitty inside an old tmux",
    env: IN_TMUX,
    tmux: { ...TMUX, version: "3.2a" },
    expected: { pictures: "blocks" },
    why: /tmux 3\.2a/,
  },
  {
    name: "iTerm2 inside tmux",
    env: { ...IN_TMUX, LC_TERMINAL: "iTerm2" },
    tmux: { ...TMUX, terminal: "xterm-256color iTerm2 3.5" },
    expected: { pictures: "blocks" },
    why: /attached to xterm-256color iTerm2/,
  },
  { name: "a tmux that does not answer", env: IN_TMUX, expected: { pictures: "blocks" }, why: /not answer/ },
  {
    name: "screen inside kitty",
    env: { ...UTF8, TERM: "screen-256color", STY: "1.x" },
    answers: KITTY,
    expected: { pictures: "blocks" },
  },
  {
    name: "16 colours",
    env: { ...UTF8, TERM: "xterm" },
    expected: { pictures: "none", colours: "16" },
    why: /there are 16/,
  },
  {
    name: "the console",
    env: { ...UTF8, TERM: "linux" },
    expected: { pictures: "none", colours: "16", isUnicode: false },
  },
  {
    name: "a dumb terminal",
    env: { ...UTF8, TERM: "dumb" },
    expected: { pictures: "none", colours: "none" },
  },
  {
    name: "NO_COLOR in kitty",
    env: { ...UTF8, TERM: "xterm-kitty", NO_COLOR: "1" },
    answers: KITTY,
    expected: { pictures: "none", colours: "none", isUnicode: true },
    why: /charts only/,
  },
  {
    name: "an empty NO_COLOR, which means nothing",
    env: { ...UTF8, TERM: "xterm-256color", NO_COLOR: "" },
    expected: { colours: "256" },
  },
  {
    name: "NO_COLOR, but pictures asked for",
    env: { ...UTF8, TERM: "xterm-kitty", NO_COLOR: "1" },
    answers: KITTY,
    wishes: { pictures: "kitty" },
    expected: { pictures: "kitty", colours: "none" },
  },
  {
    name: "half-blocks asked for without colours",
    env: { ...UTF8, TERM: "xterm-256color" },
    wishes: { pictures: "blocks", colours: "none" },
    expected: { pictures: "none", colours: "none" },
  },
  {
    name: "fewer colours asked for than there are",
    env: { ...UTF8, TERM: "xterm-256color", COLORTERM: "truecolor" },
    wishes: { colours: "256" },
    expected: { pictures: "blocks", colours: "256" },
  },
  {
    name: "no pictures asked for",
    env: { ...UTF8, TERM: "xterm-kitty" },
    answers: KITTY,
    wishes: { pictures: "none" },
    expected: { pictures: "none", colours: "truecolor" },
  },
  {
    name: "a locale without Unicode, in kitty",
    env: { LC_ALL: "C", LANG: "en_US.UTF-8", TERM: "xterm-kitty" },
    answers: KITTY,
    expected: { pictures: "blocks", isUnicode: false },
  },
  {
    name: "no locale at all, as in containers",
    env: { TERM: "xterm-256color" },
    expected: { isUnicode: true, background: "dark" },
  },
  {
    name: "ASCII asked for",
    env: { ...UTF8, TERM: "xterm-256color" },
    wishes: { isAscii: true },
    expected: { pictures: "blocks", isUnicode: false },
  },
  {
    name: "a white background that the environment alone tells of",
    env: { ...UTF8, TERM: "rxvt-256color", COLORFGBG: "0;default;15" },
    expected: { background: "light" },
  },
  {
    name: "a dark background, although the environment is of another terminal",
    env: { ...UTF8, TERM: "xterm-256color", COLORFGBG: "0;15" },
    answers: { ...ANSWERS, background: "rgb:1e1e/1e1e/2e2e" },
    expected: { background: "dark" },
  },
  {
    name: "a grey of the sixteen colours as background, which is dark",
    env: { ...UTF8, TERM: "rxvt", COLORFGBG: "15;8" },
    expected: { background: "dark" },
  },
  {
    name: "a CI system that runs a terminal",
    env: { ...UTF8, TERM: "xterm-256color", COLORTERM: "truecolor", CI: "true" },
    expected: { colours: "truecolor" },
  },
];

describe("what a terminal can show", () => {
  test.each(CASES)("$name", ({ env, answers, tmux, wishes, expected, why = /./ }) => {
    const found = capabilitiesFrom({
      env,
      ...(answers && { answers }),
      tmux,
      wishes: { ...NO_WISHES, ...wishes },
    });
    expect(found).toMatchObject(expected);
    expect(Object.values(found.reasons)).not.toContain("");
    expect(found.reasons.pictures).toMatch(why);
  });

  test("pictures are asked for as wide as they can be seen", () => {
    const env = { ...UTF8, TERM: "xterm-256color" };
    expect(pixelsPerColumn(capabilitiesFrom({ env }))).toBe(1);
    expect(pixelsPerColumn(capabilitiesFrom({ env, answers: KITTY }))).toBe(8);
    expect(
      pixelsPerColumn(capabilitiesFrom({ env, answers: { ...KITTY, cell: { width: 5, height: 10 } } })),
    ).toBe(5);
  });
});
