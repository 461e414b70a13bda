import { messageOf } from "../../shared/errors.ts";
import type { Planes } from "../engine/engine.ts";
import { scalePicture } from "../image/scale.ts";
import type { Transfer } from "../style/transfer.ts";
import type { FromWorker, PreviewWish } from "./messages.ts";

/** Makes the previews that are due, beside the work: each size and format once, never more often than asked. */
export class PreviewMaker {
  wishes: readonly PreviewWish[] = [];
  readonly #send: (message: FromWorker) => void;
  readonly #madeAt = new Map<string, number>();
  #isBusy = false;

  constructor(send: (message: FromWorker) => void) {
    this.#send = send;
  }

  async afterIteration(transfer: Transfer<unknown>, job: string, iteration: number): Promise<void> {
    if (this.#isBusy || this.wishes.length === 0) return;
    const now = performance.now();
    const due = this.wishes.filter(
      (wish) => now - (this.#madeAt.get(keyOf(wish)) ?? -Infinity) >= wish.everyMs,
    );
    if (due.length === 0) return;
    for (const wish of due) this.#madeAt.set(keyOf(wish), now);
    const picture = await transfer.picture();
    this.#isBusy = true;
    // Encoding runs on other threads; the next iteration need not wait for it.
    this.#make(picture, job, iteration, due)
      .catch((error: unknown) =>
        this.#send({ type: "note", job, message: `no preview: ${messageOf(error)}` }),
      )
      .finally(() => {
        this.#isBusy = false;
      });
  }

  async #make(
    picture: Planes,
    job: string,
    iteration: number,
    wishes: readonly PreviewWish[],
  ): Promise<void> {
    for (const { format, width: wanted } of wishes) {
      const scaled = await scalePicture(picture, format, wanted);
      this.#send({ type: "preview", job, iteration, format, wanted, ...scaled });
    }
  }
}

function keyOf({ format, width }: PreviewWish): string {
  return `${format} ${width}`;
}
