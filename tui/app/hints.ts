import stringWidth from "string-width";
import { isSeveralKeys } from "./key-names.ts";
import { type Action, actionsIn, type Binding, KEYS, type KeyMap, keysOf, type Place } from "./keys.ts";

/** What actions are called as things are now, where that is not what the table says; empty where they do nothing. */
export type Words = Readonly<Partial<Record<Action, string>>>;

/** A key and what it does, as the bottom line shows it. */
export interface Hint {
  readonly key: string;
  readonly hint: string;
}

/** All that the hints of whoever takes keys depend on. */
export function hintedBy({ place, words }: { place: () => Place; words?: Words }): string {
  return `${place()} ${JSON.stringify(words ?? {})}`;
}

const ALWAYS: readonly string[] = ["back", "quit", "help", "all"];
/** Of these, what goes where even they find no room: help leads to them. */
const LEFT_OUT: readonly string[] = ["quit", "all"];
export const HINT_GAP = "  ";

/** All that a place has: what is called by `words`, as it is of use just now, then its own. */
export function hintsFor(keys: KeyMap, place: Place, words: Words = {}): Hint[] {
  const isOfNow = (action: Action) => Number((words[action] ?? "") !== "");
  const actions = actionsIn(keys, place).toSorted((a, b) => isOfNow(b) - isOfNow(a));
  return actions.flatMap((action) => {
    const { hint = "" }: Binding = KEYS[action];
    const word = words[action] ?? hint;
    const [key] = keysOf(keys, action, place);
    return word === "" || key === undefined ? [] : [{ key, hint: word }];
  });
}

/** What one is here for, the way out and the way to all others are always in sight; of the rest what fits. */
export function fittingHints(first: readonly Hint[], all: readonly Hint[], columns: number): Hint[] {
  const [main, ...others] = all.filter(({ hint }) => !ALWAYS.includes(hint));
  let always = all.filter(({ hint }) => ALWAYS.includes(hint));
  const shown = [...first, ...(main === undefined ? [] : [main])];
  const fits = (...more: readonly Hint[]) =>
    widthOf([...shown, ...more, ...always]) - HINT_GAP.length <= columns;
  for (const left of LEFT_OUT) if (!fits()) always = always.filter(({ hint }) => hint !== left);
  for (const one of others) {
    if (!fits(one)) break;
    shown.push(one);
  }
  return [...shown, ...always];
}

/** The key whose hint a column of the bottom line belongs to. */
export function keyAt(shown: readonly Hint[], column: number): string | undefined {
  const key = shown.find((_, i) => column < widthOf(shown.slice(0, i + 1)))?.key;
  return key === undefined || isSeveralKeys(key) ? undefined : key;
}

function widthOf(hints: readonly Hint[]): number {
  return stringWidth(hints.map((hint) => textOf(hint)).join(""));
}

function textOf({ key, hint }: Hint): string {
  return `${key} ${hint}${HINT_GAP}`;
}
