import { inPieces } from "./renderer.ts";
import { inPlace, moveTo } from "./sequences.ts";

/** A cell of a picture: its character and the SGR parameters of both colours, empty for the terminal's own. */
export interface Cell {
  readonly text: string;
  readonly foreground: string;
  readonly background: string;
}

const TOKEN = new RegExp(`${String.fromCodePoint(27)}\\[([\\d;]*)m|([\\s\\S])`, "gu");

/** The cells of a line of text with colours. */
export function parseCells(line: string): Cell[] {
  const cells: Cell[] = [];
  let [foreground, background] = ["", ""];
  for (const [, parameters, text] of line.matchAll(TOKEN)) {
    if (text !== undefined) cells.push({ text, foreground, background });
    else if (parameters?.startsWith("38;") || /^(3|9)[0-7]$/.test(parameters ?? ""))
      foreground = parameters ?? "";
    else if (parameters?.startsWith("48;") || /^(4|10)[0-7]$/.test(parameters ?? ""))
      background = parameters ?? "";
    else if (parameters === "39") foreground = "";
    else if (parameters === "49") background = "";
    else if (parameters === "0" || parameters === "") [foreground, background] = ["", ""];
  }
  return cells;
}

/** Moves over what is the same and writes what is not, in pieces. `left`, `top` count from 0. */
export function drawDifference(
  before: readonly (readonly Cell[])[],
  after: readonly (readonly Cell[])[],
  left: number,
  top: number,
): string[] {
  return inPieces(after.map((row, y) => drawRow(before[y] ?? [], row, left, top + y))).map(inPlace);
}

/** Begins and ends with the terminal's own colours; they are written only where they change. */
function drawRow(before: readonly Cell[], after: readonly Cell[], left: number, top: number): string {
  let out = "";
  let [foreground, background] = ["", ""];
  let isAdjacent = false;
  for (const [x, cell] of after.entries()) {
    if (isSame(before[x], cell)) {
      isAdjacent = false;
      continue;
    }
    if (!isAdjacent) out += moveTo(left + x, top);
    isAdjacent = true;
    const changes: string[] = [];
    if (cell.foreground !== foreground) changes.push(cell.foreground === "" ? "39" : cell.foreground);
    if (cell.background !== background) changes.push(cell.background === "" ? "49" : cell.background);
    if (changes.length > 0) out += `\u001B[${changes.join(";")}m`;
    ({ foreground, background } = cell);
    out += cell.text;
  }
  return foreground === "" && background === "" ? out : `${out}\u001B[0m`;
}

function isSame(a: Cell | undefined, b: Cell): boolean {
  return (
    a !== undefined && a.text === b.text && a.foreground === b.foreground && a.background === b.background
  );
}
