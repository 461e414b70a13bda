import type { WriteStream } from "node:tty";
import { type Area, PictureLayer } from "../terminal/picture-layer.ts";
import type { PictureSlot } from "./layout.ts";

const SLOTS = ["content", "made", "style"] as const satisfies readonly PictureSlot[];

/** Content, made picture and style beside each other; the content can take the made one's place. */
export class PictureBand {
  readonly #layers: Readonly<Record<PictureSlot, PictureLayer>>;
  readonly #pictures = new Map<PictureSlot, Buffer>();
  readonly #hasColours: boolean;
  #isFlipped = false;

  /** Whether the terminal has the colours that pictures are made of. */
  get isPossible(): boolean {
    return this.#hasColours;
  }

  constructor(stream: WriteStream) {
    this.#hasColours = stream.hasColors(256) && !process.env["NO_COLOR"];
    this.#layers = {
      content: new PictureLayer(stream),
      made: new PictureLayer(stream),
      style: new PictureLayer(stream),
    };
  }

  place(areas: Readonly<Record<PictureSlot, Area>> | undefined): void {
    for (const slot of SLOTS) this.#layers[slot].place(this.#hasColours ? areas?.[slot] : undefined);
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
