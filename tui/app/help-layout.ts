import stringWidth from "string-width";
import { actionsIn, KEYS, keysOf, PLACES, type Place } from "./keys.ts";
import type { Shell } from "./shell.ts";
import { wrapWords } from "./wrap-lines.ts";

/** Around keys and meaning: one before, one between, one behind. */
const OWN_COLUMNS = 3;
/** That says how to go on and back. */
const LAST_ROWS = 1;

export interface HelpLine {
  readonly id: string;
  /** Of a place; such a line has nothing else. */
  readonly title?: string;
  readonly keys: string;
  readonly meaning: string;
}

/** Lines that flow from one column of text to the next. */
export interface HelpLayout {
  readonly lines: readonly HelpLine[];
  readonly parts: number;
  readonly linesPerPart: number;
  readonly keyColumns: number;
}

/** The keys of a place and of those around it, from the one table, in no more parts than leave every meaning whole. */
export function helpLayout(
  { keys, columns, rows }: Pick<Shell, "keys" | "columns" | "rows">,
  place: Place,
): HelpLayout {
  const entries = actionsIn(keys, place).flatMap((action) => {
    const { place: at, meaning } = KEYS[action];
    // What has no key is found by the palette's.
    const [palette] = keysOf(keys, "palette", place);
    const names = keys[action].length > 0 ? keysOf(keys, action, place) : palette ? [`by ${palette}`] : [];
    return names.length === 0 ? [] : [{ action, at, names: names.join(", "), meaning }];
  });
  const titles = new Set(entries.map(({ at }) => at)).size;
  const linesPerPart = Math.max(1, rows - LAST_ROWS);
  // Keys of one's own may be many.
  const keyColumns = Math.min(Math.floor(columns / 3), widest(entries.map(({ names }) => names)));
  const partColumns = OWN_COLUMNS + keyColumns + widest(entries.map(({ meaning }) => meaning));
  const needed = Math.ceil((entries.length + titles) / linesPerPart);
  const parts = Math.max(1, Math.min(needed, Math.floor(columns / partColumns)));
  const meaningColumns = Math.max(1, Math.floor(columns / parts) - OWN_COLUMNS - keyColumns);
  const lines = entries.flatMap(({ action, at, names, meaning }, i): HelpLine[] => {
    const [keyRows, meaningRows] = [wrapWords(names, keyColumns), wrapWords(meaning, meaningColumns)];
    const title = { id: at, title: PLACES[at].title, keys: "", meaning: "" };
    return [
      ...(at === entries[i - 1]?.at ? [] : [title]),
      ...Array.from({ length: Math.max(keyRows.length, meaningRows.length) }, (_, row) => ({
        id: `${action} ${row}`,
        keys: keyRows[row] ?? "",
        meaning: meaningRows[row] ?? "",
      })),
    ];
  });
  return { lines, parts, linesPerPart, keyColumns };
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => stringWidth(text)));
}

/** The first of the lines that are shown, so that all are full. */
export function firstHelpLine({ lines, parts, linesPerPart }: HelpLayout, wanted: number): number {
  return Math.max(0, Math.min(wanted, lines.length - parts * linesPerPart));
}

/** Where a key goes in help that does not fit; undefined for any other key, which ends it. */
export function scrollHelp(layout: HelpLayout, top: number, name: string): number | undefined {
  const page = layout.parts * layout.linesPerPart;
  const steps: Readonly<Record<string, number>> = {
    up: -1,
    down: 1,
    pageup: -page,
    pagedown: page,
    space: page,
  };
  const step = steps[name];
  return step === undefined || layout.lines.length <= page ? undefined : firstHelpLine(layout, top + step);
}
