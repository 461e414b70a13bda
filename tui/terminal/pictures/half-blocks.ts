import type { PixelSize } from "../capabilities.ts";
import type { Area } from "./area.ts";
import type { PictureRenderer } from "./renderer.ts";
import { blank, inPlace } from "./sequences.ts";
import type { PictureWorker } from "./worker.ts";

let lastCanvas = 0;

/** Two pixels in a cell, by colours alone: works everywhere. Only cells that changed are drawn. */
export class HalfBlockRenderer implements PictureRenderer {
  readonly #canvas = ++lastCanvas;
  readonly #cell: PixelSize;
  readonly #worker: PictureWorker;
  readonly #isAscii: boolean;
  #isDrawn = false;

  /** `isAscii`: one pixel in a cell, by its background. */
  constructor(cell: PixelSize, worker: PictureWorker, isAscii: boolean) {
    this.#cell = cell;
    this.#worker = worker;
    this.#isAscii = isAscii;
  }

  async draw(picture: Buffer | undefined, area: Area, isOverwritten: boolean): Promise<readonly string[]> {
    const isFresh = isOverwritten || !this.#isDrawn;
    this.#isDrawn = picture !== undefined;
    if (picture === undefined) return isFresh && !isOverwritten ? [] : [inPlace(blank(area))];
    return await this.#worker.toCells({
      canvas: this.#canvas,
      picture,
      area,
      cell: this.#cell,
      isFresh,
      isAscii: this.#isAscii,
    });
  }

  leave(): string {
    this.#isDrawn = false;
    this.#worker.forget(this.#canvas);
    return "";
  }
}
