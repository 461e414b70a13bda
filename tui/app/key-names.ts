import { lettersOf } from "../terminal/letters.ts";

/** What Ink tells of a key. */
export interface KeyPress {
  readonly upArrow: boolean;
  readonly downArrow: boolean;
  readonly leftArrow: boolean;
  readonly rightArrow: boolean;
  readonly pageUp: boolean;
  readonly pageDown: boolean;
  readonly home: boolean;
  readonly end: boolean;
  readonly return: boolean;
  readonly escape: boolean;
  readonly tab: boolean;
  readonly backspace: boolean;
  readonly delete: boolean;
  readonly shift: boolean;
  readonly ctrl: boolean;
  readonly meta: boolean;
}

const SPECIAL = {
  upArrow: "up",
  downArrow: "down",
  leftArrow: "left",
  rightArrow: "right",
  pageUp: "pageup",
  pageDown: "pagedown",
  home: "home",
  end: "end",
  return: "enter",
  escape: "escape",
  tab: "tab",
  backspace: "backspace",
  delete: "delete",
} as const satisfies Partial<Record<keyof KeyPress, string>>;

/** The name of ten keys at once. */
const DIGITS = "0-9";

/** Names of keys that are no letters, as the user's own keys may use them. */
export const SPECIAL_NAMES: readonly string[] = [...Object.values(SPECIAL), "space", DIGITS];

/** Whether a key, as the table of keys names it, is the one that was pressed. */
export function isKey(key: string, pressed: string): boolean {
  return key === pressed || (key === DIGITS && /^\d$/.test(pressed));
}

export function isSeveralKeys(key: string): boolean {
  return key === DIGITS;
}

/** Whether it is text where text is written. */
export function isText(key: string): boolean {
  return letterOf(key) !== undefined || key === DIGITS;
}

/** The name of a key press, as the table of keys writes it: `a`, `A`, `space`, `ctrl+s`, `shift+left`. */
function nameOfKey(input: string, key: KeyPress): string {
  const special = (Object.keys(SPECIAL) as (keyof typeof SPECIAL)[]).find((one) => key[one]);
  if (special !== undefined) return `${key.shift ? "shift+" : ""}${SPECIAL[special]}`;
  if (key.ctrl) return `ctrl+${input}`;
  return input === " " ? "space" : input;
}

/** Keys that are letters to a terminal. */
const CONTROL_LETTERS: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\u007F": "backspace",
  "\b": "backspace",
};

/** Letters that were typed fast, or held up by a slow link, arrive as one. */
export function namesOfKeys(input: string, key: KeyPress): string[] {
  // Escape and a letter soon after it look like one key with Alt, which nothing here is bound to.
  if (key.meta && input !== "")
    return ["escape", ...namesOfKeys(input, { ...key, meta: false, escape: false })];
  if (key.ctrl || lettersOf(input).length < 2) return [nameOfKey(input, key)];
  return lettersOf(input).map((one) => CONTROL_LETTERS[one] ?? controlName(one) ?? nameOfKey(one, key));
}

/** `ctrl+a` for 1, and so on. */
function controlName(letter: string): string | undefined {
  const code = letter.codePointAt(0) ?? 0;
  return code >= 1 && code <= 26 ? `ctrl+${String.fromCodePoint(code + 96)}` : undefined;
}

/** The letter that a key writes; undefined for keys that write none. */
export function letterOf(name: string): string | undefined {
  if (name === "space") return " ";
  return lettersOf(name).length === 1 ? name : undefined;
}
