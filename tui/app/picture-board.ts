import type { WriteStream } from "node:tty";
import { type Area, PictureLayer } from "../terminal/picture-layer.ts";

/** Pictures of a screen by name, each in its place; they are kept while their place lasts. */
export class PictureBoard {
  /** Whether the terminal can show pictures at all. */
  readonly isPossible: boolean;
  readonly #stream: WriteStream;
  readonly #layers = new Map<string, PictureLayer>();

  constructor(stream: WriteStream) {
    this.#stream = stream;
    this.isPossible = stream.hasColors(256) && !process.env["NO_COLOR"];
  }

  /** These pictures have these places; any other is gone. */
  arrange(areas: ReadonlyMap<string, Area>): void {
    for (const [name, layer] of this.#layers)
      if (!areas.has(name)) {
        layer.clear();
        this.#layers.delete(name);
      }
    if (this.isPossible) for (const [name, area] of areas) this.#layer(name).place(area);
  }

  /** Shows a .png or .jpeg in a place that exists; undefined for none. */
  show(name: string, picture: Buffer | undefined): void {
    this.#layers.get(name)?.show(picture);
  }

  /** Takes all away at once, before other things are drawn there. */
  clear(): void {
    for (const layer of this.#layers.values()) layer.clear();
    this.#layers.clear();
  }

  /** Draws all anew, as after the screen was cleared. */
  redraw(): void {
    for (const layer of this.#layers.values()) layer.redraw();
  }

  #layer(name: string): PictureLayer {
    const known = this.#layers.get(name);
    if (known !== undefined) return known;
    const layer = new PictureLayer(this.#stream);
    this.#layers.set(name, layer);
    return layer;
  }
}
