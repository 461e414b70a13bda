import { randomInt } from "node:crypto";
import { imageDimensionsFromData } from "image-dimensions";
import type { PixelSize } from "../capabilities.ts";
import { throughTmux } from "../tmux.ts";
import { type Area, fit } from "./area.ts";
import { DIACRITICS } from "./kitty-diacritics.ts";
import { inPieces, type PictureRenderer } from "./renderer.ts";
import { blank, inPlace, moveTo } from "./sequences.ts";

const CHUNK_LENGTH = 4096;
const PLACEHOLDER = "\u{10EEEE}";
const MOST_LOW_BYTES = 255;
/** Marks so old that no table of widths takes them for characters of their own, as some do with younger ones. */
const OLD_MARKS = DIACRITICS.filter((mark) => mark <= "\u036F").length;
/** The high byte of our images' ids, so that they are hardly another program's. */
const HIGH_BYTE = randomInt(1, OLD_MARKS);
let lastLowByte = 0;

interface Shown {
  readonly lowByte: number;
  readonly picture: Buffer;
  readonly area: Area;
}

/**
 * Kitty's graphics protocol with Unicode placeholders: the picture is sent once, and cells of text say where it
 * is to be seen. Such cells are moved, kept and overwritten like any others, by tmux too.
 * https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders
 */
export class KittyRenderer implements PictureRenderer {
  readonly #cell: PixelSize;
  readonly #wrap: (sequence: string) => string;
  #shown: Shown | undefined;
  /** Low bytes of the images that the terminal keeps for us. */
  #kept: readonly number[] = [];

  constructor(cell: PixelSize, insideTmux: boolean) {
    this.#cell = cell;
    this.#wrap = insideTmux ? throughTmux : (sequence) => sequence;
  }

  // Async for the others' sake.
  async draw(picture: Buffer | undefined, area: Area, isOverwritten: boolean): Promise<readonly string[]> {
    const before = this.#shown;
    if (picture === undefined) {
      const pieces = before === undefined && !isOverwritten ? [] : [inPlace(blank(area)), this.leave()];
      return pieces.filter((piece) => piece !== "");
    }
    const isKnown = before?.picture === picture;
    if (isKnown && before.area === area && !isOverwritten) return [];
    const size = imageDimensionsFromData(picture);
    if (size?.type !== "png") throw new Error("kitty shows .png files alone");
    const box = fit(size, area, this.#cell);
    const lowByte = isKnown ? before.lowByte : nextLowByte();
    const replaced = this.#kept.filter((one) => one !== lowByte);
    this.#shown = { lowByte, picture, area };
    this.#kept = [lowByte];
    const id = idOf(lowByte);
    return [
      ...(isKnown ? [] : this.#transmit(id, picture)),
      this.#command(`a=p,U=1,i=${id},c=${box.columns},r=${box.rows},q=2`),
      ...drawPlaceholders(lowByte, area, box),
      ...replaced.map((one) => this.#delete(one)),
    ];
  }

  leave(): string {
    const deleted = this.#kept.map((one) => this.#delete(one)).join("");
    this.#shown = undefined;
    this.#kept = [];
    return deleted;
  }

  #transmit(id: number, picture: Buffer): string[] {
    const data = picture.toString("base64");
    const count = Math.ceil(data.length / CHUNK_LENGTH);
    return inPieces(
      Array.from({ length: count }, (_, i) =>
        this.#command(
          `${i === 0 ? `a=t,f=100,t=d,i=${id},` : ""}q=2,m=${i === count - 1 ? 0 : 1}`,
          data.slice(i * CHUNK_LENGTH, (i + 1) * CHUNK_LENGTH),
        ),
      ),
    );
  }

  #delete(lowByte: number): string {
    return this.#command(`a=d,d=I,i=${idOf(lowByte)},q=2`);
  }

  #command(control: string, data = ""): string {
    return this.#wrap(`\u001B_G${control}${data === "" ? "" : `;${data}`}\u001B\\`);
  }
}

function idOf(lowByte: number): number {
  return HIGH_BYTE * 2 ** 24 + lowByte;
}

function nextLowByte(): number {
  lastLowByte = (lastLowByte % MOST_LOW_BYTES) + 1;
  return lastLowByte;
}

/**
 * The colour is the image's low byte, one of 256 so that tmux keeps it whatever the terminal can; the first cell
 * of a row says row, column and high byte, and those after it count on.
 */
function drawPlaceholders(lowByte: number, area: Area, box: Area): string[] {
  const rows = Array.from({ length: box.rows }, (_, y) => {
    const [row, column, high] = [DIACRITICS[y] ?? "", DIACRITICS[0] ?? "", DIACRITICS[HIGH_BYTE] ?? ""];
    const cells = PLACEHOLDER + row + column + high + PLACEHOLDER.repeat(box.columns - 1);
    return `${moveTo(box.left, box.top + y)}\u001B[38;5;${lowByte}m${cells}`;
  });
  return inPieces([blank(area, box), ...rows]).map(inPlace);
}
