import type { Area } from "./pictures/area.ts";
import type { PictureScreen } from "./pictures/picture-screen.ts";
import type { PictureRenderer } from "./pictures/renderer.ts";

export type { Area } from "./pictures/area.ts";

/**
 * Pictures straight on the screen, in rows that the text beside never writes: text is laid out anew for every
 * key, and pictures are far too dear for that. Nothing is sent that has not changed.
 */
export class PictureLayer {
  readonly renderer: PictureRenderer | undefined;
  readonly #screen: PictureScreen;
  #area: Area | undefined;
  #wanted: Buffer | undefined;
  #isBusy = false;
  #isStale = false;
  /** What was drawn is gone from the screen. */
  #isOverwritten = true;
  /** There may be something of ours in the area. */
  #isDrawn = false;

  constructor(screen: PictureScreen) {
    this.#screen = screen;
    this.renderer = screen.createRenderer();
    screen.add(this);
  }

  /** Moves to another place; undefined for none. What was drawn is taken to be gone. */
  place(area: Area | undefined): void {
    if (isSame(area, this.#area)) return;
    // Where both texts, before and after, have empty rows, nothing else would wipe the picture away.
    if (this.#isDrawn) this.#screen.repaint();
    this.#area = area;
    this.redraw();
  }

  /** Draws all anew, as after the screen was cleared. */
  redraw(): void {
    this.#isOverwritten = true;
    this.#isDrawn = false;
    this.#drawSoon();
  }

  /** Shows a .png or .jpeg; undefined for an empty area. */
  show(picture: Buffer | undefined): void {
    this.#wanted = picture;
    this.#drawSoon();
  }

  /** Takes the picture away, and what the terminal keeps of it. It shows none any more. */
  remove(): void {
    this.#wanted = undefined;
    this.place(undefined);
    this.#screen.remove(this);
  }

  #drawSoon(): void {
    this.#isStale = true;
    if (this.#isBusy || this.renderer === undefined) return;
    this.#isBusy = true;
    this.#draw(this.renderer)
      .catch(() => {
        // A picture that cannot be decoded is left out; the next one is on its way.
      })
      .finally(() => {
        this.#isBusy = false;
        if (this.#isStale) this.#drawSoon();
      });
  }

  async #draw(renderer: PictureRenderer): Promise<void> {
    let drawnFor: Area | undefined;
    this.#isStale = false;
    const isComplete = await this.#screen.write(
      async () => {
        // What was shown while others had their turn is drawn now.
        this.#isStale = false;
        drawnFor = this.#area;
        if (drawnFor === undefined || drawnFor.columns < 1 || drawnFor.rows < 1) return [];
        const isOverwritten = this.#isOverwritten;
        this.#isOverwritten = false;
        return await renderer.draw(this.#wanted, drawnFor, isOverwritten);
      },
      () => {
        // Once it has moved, what is there is somebody else's.
        if (this.#area !== drawnFor) return false;
        this.#isDrawn = true;
        return true;
      },
    );
    if (isComplete) return;
    this.#isOverwritten = true;
    if (drawnFor !== undefined && drawnFor !== this.#area)
      // What the terminal has of it is of no use.
      await this.#screen.write(() => Promise.resolve([renderer.leave()]));
  }
}

function isSame(a: Area | undefined, b: Area | undefined): boolean {
  return a?.left === b?.left && a?.top === b?.top && a?.columns === b?.columns && a?.rows === b?.rows;
}
