import { imageDimensionsFromData } from "image-dimensions";
import type { PixelSize } from "../capabilities.ts";
import { type Area, fit } from "./area.ts";
import type { PictureRenderer } from "./renderer.ts";
import { blank, inPlace, moveTo } from "./sequences.ts";
import type { PictureWorker } from "./worker.ts";

/**
 * iTerm2's inline images, which WezTerm and mintty have as well. They take the place of cells, and whatever is
 * written there takes theirs. A picture cannot be sent in pieces, so it is made small first.
 * https://iterm2.com/documentation-images.html
 */
export class Iterm2Renderer implements PictureRenderer {
  readonly #cell: PixelSize;
  readonly #worker: PictureWorker;
  #shown: { readonly picture: Buffer; readonly area: Area } | undefined;

  constructor(cell: PixelSize, worker: PictureWorker) {
    this.#cell = cell;
    this.#worker = worker;
  }

  async draw(picture: Buffer | undefined, area: Area, isOverwritten: boolean): Promise<readonly string[]> {
    const before = this.#shown;
    if (picture === undefined) {
      this.#shown = undefined;
      return before === undefined && !isOverwritten ? [] : [inPlace(blank(area))];
    }
    if (before?.picture === picture && before.area === area && !isOverwritten) return [];
    const size = imageDimensionsFromData(picture);
    if (size === undefined) throw new Error("not a picture");
    const box = fit(size, area, this.#cell);
    const data = Buffer.from(await this.#worker.toJpeg(picture)).toString("base64");
    this.#shown = { picture, area };
    const file = `inline=1;width=${box.columns};height=${box.rows};preserveAspectRatio=0;doNotMoveCursor=1`;
    return [inPlace(`${blank(area, box)}${moveTo(box.left, box.top)}\u001B]1337;File=${file}:${data}\u0007`)];
  }

  leave(): string {
    this.#shown = undefined;
    return "";
  }
}
