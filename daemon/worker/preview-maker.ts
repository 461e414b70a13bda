import { messageOf } from "../../shared/errors.ts";
import { Cadence } from "../cadence.ts";
import type { Planes } from "../image/planes.ts";
import { scalePicture, shrunk } from "../image/scale.ts";
import type { Appearance } from "../style/appearance.ts";
import type { Transfer } from "../style/transfer.ts";
import type { FromWorker, PreviewWish } from "./messages.ts";

/** Makes the previews that are due, beside the work: each size and format once, never more often than asked. */
export class PreviewMaker {
  wishes: readonly PreviewWish[] = [];
  readonly #send: (message: FromWorker) => void;
  readonly #cadences = new Map<string, Cadence>();
  #isBusy = false;

  constructor(send: (message: FromWorker) => void) {
    this.#send = send;
  }

  async afterIteration(transfer: Transfer<unknown>, job: string, iteration: number): Promise<void> {
    if (this.#isBusy || this.wishes.length === 0) return;
    const now = performance.now();
    const due = this.wishes.filter((wish) => this.#cadenceOf(wish).take(now, wish.everyMs));
    if (due.length === 0) return;
    const work = await transfer.work();
    this.#isBusy = true;
    // Scaling and encoding run on other threads; the next iteration need not wait for them.
    this.#make(transfer.appearance, work, job, iteration, due)
      .catch((error: unknown) =>
        this.#send({ type: "note", job, message: `no preview: ${messageOf(error)}` }),
      )
      .finally(() => {
        this.#isBusy = false;
      });
  }

  #cadenceOf({ format, width }: PreviewWish): Cadence {
    const key = `${format} ${width}`;
    const cadence = this.#cadences.get(key) ?? new Cadence();
    this.#cadences.set(key, cadence);
    return cadence;
  }

  async #make(
    { isWorkItself, toSeen }: Appearance,
    work: Planes,
    job: string,
    iteration: number,
    wishes: readonly PreviewWish[],
  ): Promise<void> {
    for (const { format, width: wanted } of wishes) {
      // What is seen of it is made of few pixels rather than of all.
      const picture = isWorkItself ? work : await toSeen(await shrunk(work, wanted));
      const scaled = await scalePicture(picture, format, wanted);
      this.#send({ type: "preview", job, iteration, format, wanted, ...scaled });
    }
  }
}
