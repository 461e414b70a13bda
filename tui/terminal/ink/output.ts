import {
  type StyledChar,
  styledCharsFromTokens,
  styledCharsToString,
  tokenize,
} from "@alcalzone/ansi-tokenize";
import sliceAnsi from "slice-ansi";
import { Remembered } from "./remembered.ts";
import textWidth from "./text-width.ts";

/**
 * Where Ink puts the text of its boxes together into a frame, in place of Ink's own `output.js` in what is built. Ink
 * makes every cell of every frame anew, at 160×50 eight thousand objects for each key, and their collection takes
 * longer than all else. Here a line's cells are made once and shared by all frames that show it, and a row that is
 * made of the same cells as in the last frame is the same text. What comes out is the same.
 */

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
/** Of this frame and the last. */
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
      if (operation.type === "clip") clips.push(operation.clip);
      else if (operation.type === "unclip") clips.pop();
      else writeTo(rows, operation, clips.at(-1));
    }
    lastRows = rows.map((cells, y) => {
      const last = lastRows[y];
      return last !== undefined && isSame(cells, last.cells) ? last : { cells, text: textOf(cells) };
    });
    cellsOfLines.forgetOlder();
    return { output: lastRows.map(({ text }) => text).join("\n"), height: rows.length };
  }
}

function writeTo(
  rows: readonly Row[],
  { x, y, text, transformers }: Extract<Operation, { type: "write" }>,
  clip: Clip | undefined,
): void {
  let lines = text.split("\n");
  let [left, top] = [x, y];
  if (clip?.x1 !== undefined && clip.x2 !== undefined) {
    const { x1, x2 } = clip;
    if (x + Math.max(...lines.map((line) => textWidth(line))) < x1 || x > x2) return;
    if (clip.y1 !== undefined && clip.y2 !== undefined && isBeside(y, lines.length, clip.y1, clip.y2)) return;
    lines = lines.map((line) => cut(line, x, x1, x2));
    left = Math.max(x, x1);
  }
  if (clip?.y1 !== undefined && clip.y2 !== undefined) {
    if (isBeside(y, lines.length, clip.y1, clip.y2)) return;
    const from = Math.max(0, clip.y1 - y);
    lines = lines.slice(from, y + lines.length > clip.y2 ? clip.y2 - y : lines.length);
    top = Math.max(y, clip.y1);
  }
  for (const [index, line] of lines.entries()) {
    const row = rows[top + index];
    if (row === undefined) continue;
    const transformed = transformers.reduce((before, transform) => transform(before, index), line);
    writeCells(row, left, cellsOfLines.of(transformed));
  }
}

function isBeside(y: number, height: number, y1: number, y2: number): boolean {
  return y + height < y1 || y > y2;
}

/** The part of a line at `x` that lies between two columns. */
function cut(line: string, x: number, x1: number, x2: number): string {
  const width = textWidth(line);
  const [from, to] = [Math.max(0, x1 - x), x + width > x2 ? x2 - x : width];
  return from === 0 && to === width ? line : sliceAnsi(line, from, to);
}

/** Of a wide character that is overwritten in part, the rest becomes blank. */
function writeCells(row: Row, left: number, cells: readonly StyledChar[]): void {
  if (cells.length === 0) return;
  if (left > 0 && row[left]?.value === "" && isWide(row[left - 1])) row[left - 1] = BLANK;
  for (let i = 0; i < cells.length; i++) row[left + i] = cells[i];
  if (row[left + cells.length]?.value === "") row[left + cells.length] = BLANK;
}

function isWide(character: StyledChar | undefined): boolean {
  return textWidth(character?.value ?? "") > 1;
}

/** A line's cells: after a wide character follows an empty one for each further column. */
function cellsOf(line: string): readonly StyledChar[] {
  return styledCharsFromTokens(tokenize(line)).flatMap((character) => {
    const width = textWidth(character.value);
    if (width <= 1) return [character];
    return [character, ...new Array<StyledChar>(width - 1).fill(cell("", character.styles))];
  });
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
