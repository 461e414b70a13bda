import {
  type StyledChar,
  styledCharsFromTokens,
  styledCharsToString,
  tokenize,
} from "@alcalzone/ansi-tokenize";
import { Remembered } from "./remembered.ts";
import textWidth from "./text-width.ts";

/**
 * Where Ink puts the text of its boxes together into a frame, in place of Ink's own `output.js` in what is built. Ink
 * makes every cell of every frame anew, at 160×50 eight thousand objects for each key, and their collection takes
 * longer than all else. Here a line's cells are made once and shared by all frames that show it, and a row that is
 * made of the same cells as in the last frame is the same text. What comes out is the same.
 */

/** Half-open. */
interface Clip {
  readonly x1: number | undefined;
  readonly x2: number | undefined;
  readonly y1: number | undefined;
  readonly y2: number | undefined;
}

type Transformer = (line: string, index: number) => string;

type Operation =
  | {
      readonly type: "write";
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly transformers: readonly Transformer[];
    }
  | { readonly type: "clip"; readonly clip: Clip }
  | { readonly type: "unclip" };

/** A row's cells; none where text was written beyond its end. */
type Row = (StyledChar | undefined)[];

const BLANK = cell(" ", []);
/** Characters that no terminal gives a column. */
const INVISIBLE = /^\p{Default_Ignorable_Code_Point}+$/u;

/** Of this frame and the last. */
const linesOfTexts = new Remembered(Number.POSITIVE_INFINITY, linesOf);
const cellsOfLines = new Remembered(Number.POSITIVE_INFINITY, cellsOf);
let lastRows: readonly { readonly cells: Row; readonly text: string }[] = [];

/** One frame, in the form in which Ink's renderer asks for it. */
export default class Output {
  readonly #width: number;
  readonly #height: number;
  readonly #operations: Operation[] = [];

  constructor({ width, height }: { width: number; height: number }) {
    this.#width = width;
    this.#height = height;
  }

  write(
    x: number,
    y: number,
    text: string,
    { transformers }: { transformers: readonly Transformer[] },
  ): void {
    if (text !== "") this.#operations.push({ type: "write", x, y, text, transformers });
  }

  clip(clip: Clip): void {
    this.#operations.push({ type: "clip", clip });
  }

  unclip(): void {
    this.#operations.push({ type: "unclip" });
  }

  get(): { output: string; height: number } {
    const rows = Array.from(
      { length: this.#height },
      (): Row => new Array<StyledChar>(this.#width).fill(BLANK),
    );
    const clips: Clip[] = [];
    for (const operation of this.#operations) {
      if (operation.type === "clip") clips.push(within(operation.clip, clips.at(-1)));
      else if (operation.type === "unclip") clips.pop();
      else writeTo(rows, operation, clips.at(-1));
    }
    lastRows = rows.map((cells, y) => {
      const last = lastRows[y];
      return last !== undefined && isSame(cells, last.cells) ? last : { cells, text: textOf(cells) };
    });
    linesOfTexts.forgetOlder();
    cellsOfLines.forgetOlder();
    return { output: lastRows.map(({ text }) => text).join("\n"), height: rows.length };
  }
}

/** What both leave visible; `undefined` is no bound. */
function within(inner: Clip, outer: Clip | undefined): Clip {
  const tighter = (pick: (...bounds: number[]) => number, bounds: readonly (number | undefined)[]) => {
    const given = bounds.filter((bound) => bound !== undefined);
    return given.length === 0 ? undefined : pick(...given);
  };
  return {
    x1: tighter(Math.max, [inner.x1, outer?.x1]),
    x2: tighter(Math.min, [inner.x2, outer?.x2]),
    y1: tighter(Math.max, [inner.y1, outer?.y1]),
    y2: tighter(Math.min, [inner.y2, outer?.y2]),
  };
}

function writeTo(
  rows: readonly Row[],
  { x, y, text, transformers }: Extract<Operation, { type: "write" }>,
  clip: Clip | undefined,
): void {
  let lines = linesOfTexts.of(text);
  let [left, top] = [x, y];
  if (clip?.x1 !== undefined && clip.x2 !== undefined) {
    const { x1, x2 } = clip;
    if (x1 >= x2 || isBeside(x, Math.max(...lines.map((line) => textWidth(line))), x1, x2)) return;
    lines = lines.map((line) => cut(line, x1 - x, x2 - x));
    left = Math.max(x, x1);
  }
  if (clip?.y1 !== undefined && clip.y2 !== undefined) {
    const { y1, y2 } = clip;
    if (y1 >= y2 || isBeside(y, lines.length, y1, y2)) return;
    lines = lines.slice(Math.max(0, y1 - y), Math.max(0, y2 - y));
    top = Math.max(y, y1);
  }
  for (const [index, line] of lines.entries()) {
    const row = rows[top + index];
    if (row === undefined) continue;
    const transformed = transformers.reduce((before, transform) => transform(before, top + index - y), line);
    writeCells(row, left, cellsOfLines.of(transformed));
  }
}

function isBeside(start: number, length: number, from: number, to: number): boolean {
  return start + length < from || start > to;
}

/** A text's lines, each with the styles that hold over it. */
function linesOf(text: string): readonly string[] {
  const lines: StyledChar[][] = [[]];
  for (const character of charactersOf(text))
    if (character.value === "\n") lines.push([]);
    else lines.at(-1)?.push(character);
  return lines.map((line) => styledCharsToString(line));
}

/** The part of a line between two of its columns; of a wide character that is cut, a space is left. */
function cut(line: string, from: number, to: number): string {
  if (from <= 0 && to >= textWidth(line)) return line;
  const parts: StyledChar[] = [];
  let end = 0;
  for (const character of charactersOf(line)) {
    const start = end;
    end += textWidth(character.value);
    if (end <= from) continue;
    if (start >= to) break;
    parts.push(start < from || end > to ? blank(character) : character);
  }
  return styledCharsToString(parts);
}

/** Of a wide character that is overwritten in part, the rest becomes blank. */
function writeCells(row: Row, left: number, cells: readonly StyledChar[]): void {
  if (cells.length === 0) return;
  const before = row[left - 1];
  if (row[left]?.value === "" && before !== undefined && isWide(before)) row[left - 1] = blank(before);
  for (let i = 0; i < cells.length; i++) row[left + i] = cells[i];
  const after = row[left + cells.length];
  if (after?.value === "") row[left + cells.length] = blank(after);
}

function isWide(character: StyledChar): boolean {
  return textWidth(character.value) > 1;
}

/** A line's cells: after a wide character follows an empty one for each further column. */
function cellsOf(line: string): readonly StyledChar[] {
  return charactersOf(line).flatMap((character) => {
    const width = textWidth(character.value);
    if (width <= 1) return [character];
    return [character, ...new Array<StyledChar>(width - 1).fill(cell("", character.styles))];
  });
}

function charactersOf(text: string): readonly StyledChar[] {
  return styledCharsFromTokens(tokenize(text)).filter(({ value }) => !INVISIBLE.test(value));
}

function blank({ styles }: StyledChar): StyledChar {
  return cell(" ", styles);
}

function cell(value: string, styles: StyledChar["styles"]): StyledChar {
  return { type: "char", value, fullWidth: false, styles };
}

function isSame(one: Row, other: Row): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}

function textOf(row: Row): string {
  return styledCharsToString(row.filter((character) => character !== undefined)).trimEnd();
}
