import type { WriteStream } from "node:tty";
import { type Cell, drawDifference, parseCells } from "./cells.ts";

/** Where on the screen, in cells counted from 0. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
}

const BLANK: Cell = { text: " ", foreground: "", background: "" };

/**
 * Pictures straight on the screen, in rows that the text beside never writes: text is laid out anew for
 * every key, and pictures are far too dear for that. Only cells that changed are sent, and none while the
 * terminal has not taken the last ones: then pictures get rarer, not later.
 */
export class PictureLayer {
  readonly #stream: WriteStream;
  #area: Area | undefined;
  #drawn: Cell[][] = [];
  #wanted: Buffer | undefined;
  #isBusy = false;
  #isStale = false;

  constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  /** Moves to another place. What was drawn elsewhere is taken to be gone. */
  place(area: Area): void {
    const { left, top, columns, rows } = this.#area ?? {};
    if (left === area.left && top === area.top && columns === area.columns && rows === area.rows) return;
    this.#area = area;
    this.redraw();
  }

  /** Takes the picture away at once and shows none until there is a place again. */
  clear(): void {
    const area = this.#area;
    this.#area = undefined;
    this.#wanted = undefined;
    if (area === undefined || this.#drawn.length === 0) return;
    this.#drawn = [];
    let text = "";
    for (let y = 0; y < area.rows; y++)
      text += `\u001B[${area.top + y + 1};${area.left + 1}H\u001B[${area.columns}X`;
    this.#stream.write(`\u001B[?2026h\u001B7\u001B[0m${text}\u001B8\u001B[?2026l`);
  }

  /** Draws all anew, as after the screen was cleared. */
  redraw(): void {
    this.#drawn = [];
    this.#drawSoon();
  }

  /** Shows a .png or .jpeg; undefined for an empty area. */
  show(picture: Buffer | undefined): void {
    this.#wanted = picture;
    this.#drawSoon();
  }

  #drawSoon(): void {
    this.#isStale = true;
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#draw()
      .catch(() => {
        // A picture that cannot be decoded is left out; the next one is on its way.
      })
      .finally(() => {
        this.#isBusy = false;
        if (this.#isStale) this.#drawSoon();
      });
  }

  async #draw(): Promise<void> {
    this.#isStale = false;
    if (this.#stream.writableNeedDrain)
      await new Promise<void>((resolve) => this.#stream.once("drain", resolve));
    const [area, picture] = [this.#area, this.#wanted];
    if (area === undefined) return;
    const cells = picture === undefined ? [] : await toCells(picture, area);
    if (this.#area !== area) return;
    const framed = inMiddle(cells, area);
    const text = drawDifference(this.#drawn, framed, area.left, area.top);
    this.#drawn = framed;
    // Saved and restored, as the text's own updates count on the cursor being where they left it.
    if (text !== "") this.#stream.write(`\u001B[?2026h\u001B7${text}\u001B8\u001B[?2026l`);
  }
}

async function toCells(picture: Buffer, { columns, rows }: Area): Promise<Cell[][]> {
  const { default: terminalImage } = await import("terminal-image");
  const text = await terminalImage.buffer(picture, {
    width: columns,
    height: rows,
    preserveAspectRatio: true,
    preferNativeRender: false,
  });
  return text.split("\n").slice(0, rows).map(parseCells);
}

function inMiddle(cells: readonly Cell[][], { columns, rows }: Area): Cell[][] {
  const left = Math.floor((columns - (cells[0]?.length ?? 0)) / 2);
  const top = Math.floor((rows - cells.length) / 2);
  return Array.from({ length: rows }, (_, y) =>
    Array.from({ length: columns }, (__, x) => cells[y - top]?.[x - left] ?? BLANK),
  );
}
