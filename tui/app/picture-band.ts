import { pixelsPerColumn } from "../terminal/capabilities.ts";
import { type Area, PictureLayer } from "../terminal/picture-layer.ts";
import type { PictureScreen } from "../terminal/pictures/picture-screen.ts";
import type { PictureSlot } from "./layout.ts";

const SLOTS = ["content", "made", "style"] as const satisfies readonly PictureSlot[];

/** Content, made picture and style beside each other; the content can take the made one's place. */
export class PictureBand {
  readonly #layers: Readonly<Record<PictureSlot, PictureLayer>>;
  readonly #pictures = new Map<PictureSlot, Buffer>();
  #isFlipped = false;

  /** Whether the terminal shows pictures at all. */
  readonly isPossible: boolean;
  /** How many pixels a column can show. */
  readonly pixelsPerColumn: number;

  constructor(screen: PictureScreen) {
    this.isPossible = screen.capabilities.pictures !== "none";
    this.pixelsPerColumn = pixelsPerColumn(screen.capabilities);
    this.#layers = {
      content: new PictureLayer(screen),
      made: new PictureLayer(screen),
      style: new PictureLayer(screen),
    };
  }

  place(areas: Readonly<Record<PictureSlot, Area>> | undefined): void {
    for (const slot of SLOTS) this.#layers[slot].place(areas?.[slot]);
  }

  show(slot: PictureSlot, picture: Buffer): void {
    this.#pictures.set(slot, picture);
    if (slot !== "made" || !this.#isFlipped) this.#layers[slot].show(picture);
  }

  /** Another job was chosen. */
  clear(): void {
    this.#isFlipped = false;
    this.#pictures.clear();
    for (const slot of SLOTS) this.#layers[slot].show(undefined);
  }

  /** The content in the made picture's place, and back: what changed is seen best in place. */
  flip(): void {
    this.#isFlipped = !this.#isFlipped;
    this.#layers.made.show(this.#pictures.get(this.#isFlipped ? "content" : "made"));
  }
}
