import { encodePictureFrame } from "../../shared/picture-frame.ts";
import type { Params, PictureFormat } from "../../shared/requests.ts";
import { Cadence } from "../cadence.ts";
import type { FromWorker, PreviewWish } from "../worker/messages.ts";

export const MAX_WISHES_PER_CLIENT = 16;

interface Wish {
  readonly job: string;
  readonly format: PictureFormat;
  readonly width: number;
  readonly everyMs: number;
  readonly cadence: Cadence;
}

/** Who wants to see which job's picture, at which size and how often. */
export class Previews<C> {
  readonly #wishes = new Map<C, Wish[]>();
  readonly #onWishes: (job: string, wishes: PreviewWish[]) => void;

  /** `onWishes` is told what a running job's worker has to make, whenever that changes. */
  constructor(onWishes: (job: string, wishes: PreviewWish[]) => void) {
    this.#onWishes = onWishes;
  }

  set(client: C, { job, format, width, perSecond }: Params<"watch">): void {
    const before = this.#wishes.get(client) ?? [];
    const others = before.filter((wish) => wish.job !== job);
    const wanted =
      perSecond === 0 ? [] : [{ job, format, width, everyMs: 1000 / perSecond, cadence: new Cadence() }];
    this.#wishes.set(client, [...others, ...wanted].slice(-MAX_WISHES_PER_CLIENT));
    // The oldest wish may have had to go.
    for (const one of new Set([job, ...before.map((wish) => wish.job)])) this.announce(one);
  }

  forget(client: C): void {
    const jobs = new Set(this.#wishes.get(client)?.map(({ job }) => job));
    this.#wishes.delete(client);
    for (const job of jobs) this.announce(job);
  }

  /** Each size and format once, as often as the keenest client wants it; nothing for a job that nobody watches. */
  announce(running: string): void {
    const merged = new Map<string, PreviewWish>();
    for (const { job, format, width, everyMs } of [...this.#wishes.values()].flat()) {
      if (job !== running) continue;
      const key = `${format} ${width}`;
      merged.set(key, {
        format,
        width,
        everyMs: Math.min(everyMs, merged.get(key)?.everyMs ?? Number.POSITIVE_INFINITY),
      });
    }
    this.#onWishes(running, [...merged.values()]);
  }

  /** Hands a picture to `send` for every client that wants it and is due; put into a frame once for all. */
  deliver(
    { job, iteration, format, wanted, width, height, data }: Extract<FromWorker, { type: "preview" }>,
    send: (client: C, frame: Buffer) => void,
  ): void {
    const now = performance.now();
    let frame: Buffer | undefined;
    for (const [client, wishes] of this.#wishes)
      for (const wish of wishes) {
        if (wish.job !== job || wish.width !== wanted || wish.format !== format) continue;
        // On its way one takes longer than another: what comes early is the next all the same.
        if (!wish.cadence.take(now, wish.everyMs, 0.5)) continue;
        frame ??= encodePictureFrame({ job, iteration, format, width, height, data });
        send(client, frame);
      }
  }
}
