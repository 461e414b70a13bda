import { pixelsPerColumn } from "../terminal/capabilities.ts";
import { type Area, PictureLayer } from "../terminal/picture-layer.ts";
import type { PictureScreen } from "../terminal/pictures/picture-screen.ts";

/** Less than this many pixels across is no picture. */
const LEAST_WIDTH = 16;

/** Pictures of a screen by name, each in its place; they are kept while their place lasts. */
export class PictureBoard {
  /** Whether the terminal shows pictures at all. */
  readonly isPossible: boolean;
  readonly #screen: PictureScreen;
  readonly #layers = new Map<string, PictureLayer>();

  constructor(screen: PictureScreen) {
    this.#screen = screen;
    this.isPossible = screen.capabilities.pictures !== "none";
  }

  /** Pixels that so many columns can show. */
  widthOf(columns: number): number {
    return Math.max(LEAST_WIDTH, Math.ceil(columns * pixelsPerColumn(this.#screen.capabilities)));
  }

  /** These pictures have these places; any other is gone. */
  arrange(areas: ReadonlyMap<string, Area>): void {
    for (const [name, layer] of this.#layers)
      if (!areas.has(name)) {
        layer.remove();
        this.#layers.delete(name);
      }
    if (this.isPossible) for (const [name, area] of areas) this.#layer(name).place(area);
  }

  /** Shows a .png in a place that exists; undefined for none. */
  show(name: string, picture: Buffer | undefined): void {
    this.#layers.get(name)?.show(picture);
  }

  /** Takes all away, before other things are drawn there. */
  clear(): void {
    this.arrange(new Map());
  }

  #layer(name: string): PictureLayer {
    const known = this.#layers.get(name);
    if (known !== undefined) return known;
    const layer = new PictureLayer(this.#screen);
    this.#layers.set(name, layer);
    return layer;
  }
}
