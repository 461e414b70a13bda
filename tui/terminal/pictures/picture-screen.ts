import type { WriteStream } from "node:tty";
import type { Capabilities } from "../capabilities.ts";
import { HalfBlockRenderer } from "./half-blocks.ts";
import { Iterm2Renderer } from "./iterm2.ts";
import { KittyRenderer } from "./kitty.ts";
import type { PictureRenderer } from "./renderer.ts";
import { PictureWorker } from "./worker.ts";

/** What a layer of pictures has to do with the others on the same screen. */
interface Layer {
  redraw(): void;
  readonly renderer: PictureRenderer | undefined;
}

/** The screen that pictures are drawn on: what they need of the terminal, and whose turn it is to write there. */
export class PictureScreen {
  readonly capabilities: Capabilities;
  readonly #stream: WriteStream;
  readonly #worker: PictureWorker;
  readonly #layers = new Set<Layer>();
  /** Resolves once the terminal has taken in what was sent before. */
  readonly #isTakenIn: () => Promise<void>;
  /** Clears the screen and draws the text anew; pictures follow by themselves. */
  onRepaint: () => void = () => {};
  #last: Promise<void> = Promise.resolve();
  #isRepainting = false;
  #isPaused = false;

  constructor(stream: WriteStream, capabilities: Capabilities, isTakenIn: () => Promise<void>) {
    this.#stream = stream;
    this.capabilities = capabilities;
    this.#isTakenIn = isTakenIn;
    this.#worker = new PictureWorker(capabilities.colours);
  }

  /** A renderer for one place on the screen; undefined where pictures are not shown. */
  createRenderer(): PictureRenderer | undefined {
    const { pictures, cell, insideTmux, isUnicode } = this.capabilities;
    switch (pictures) {
      case "kitty":
        return new KittyRenderer(cell, insideTmux);
      case "iterm2":
        return new Iterm2Renderer(cell, this.#worker);
      case "blocks":
        return new HalfBlockRenderer(cell, this.#worker, !isUnicode);
      case "none":
        return undefined;
    }
  }

  add(layer: Layer): void {
    this.#layers.add(layer);
  }

  /** The layer is drawn no more; what the terminal keeps for it goes in its turn. */
  remove(layer: Layer): void {
    this.#layers.delete(layer);
    const forget = async () => await Promise.resolve([layer.renderer?.leave() ?? ""]);
    this.write(forget).catch(() => {
      // The terminal has vanished, and the picture with it.
    });
  }

  /**
   * Waits for its turn, has `draw` make the pieces then, and writes each once the terminal has taken the one
   * before: on a slow link pictures get rarer, not later, and keys are answered between the pieces. `mayGoOn`
   * is asked before each. Resolves with whether all were written.
   */
  async write(draw: () => Promise<readonly string[]>, mayGoOn: () => boolean = () => true): Promise<boolean> {
    const before = this.#last;
    const turn = Promise.withResolvers<void>();
    this.#last = turn.promise;
    await before;
    try {
      await this.#drained("");
      for (const piece of this.#isPaused ? [] : await draw()) {
        if (this.#isPaused || !mayGoOn()) return false;
        await this.#drained(piece);
        await this.#isTakenIn();
      }
      return !this.#isPaused;
    } finally {
      turn.resolve();
    }
  }

  /** Nothing is written until `resume`; what is gone with the screen counts as gone. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    await this.#last;
  }

  /** Nothing is written any more. */
  async close(): Promise<void> {
    this.#isPaused = true;
    await this.#worker.close();
    await this.#last;
  }

  /** The screen is empty, or what is on it is not ours: draws all anew. */
  resume(): void {
    this.#isPaused = false;
    for (const layer of this.#layers) layer.redraw();
  }

  /** Draws text and pictures anew, soon and once: what is on the screen is not what it should be. */
  repaint(): void {
    if (this.#isRepainting) return;
    this.#isRepainting = true;
    setImmediate(() => {
      this.#isRepainting = false;
      if (this.#isPaused) return;
      this.onRepaint();
      for (const layer of this.#layers) layer.redraw();
    });
  }

  /** What removes the pictures from a screen that is about to be left. */
  leave(): string {
    return [...this.#layers].map(({ renderer }) => renderer?.leave() ?? "").join("");
  }

  async #drained(text: string): Promise<void> {
    await new Promise<void>((resolve) => this.#stream.write(text, () => resolve()));
  }
}
