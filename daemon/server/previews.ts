import { encodePictureFrame } from "../../shared/picture-frame.ts";
import type { Params, PictureFormat } from "../../shared/requests.ts";
import type { FromWorker, PreviewWish } from "../worker/messages.ts";

const MAX_WISHES_PER_CLIENT = 16;

interface Wish {
  readonly job: string;
  readonly format: PictureFormat;
  readonly width: number;
  readonly everyMs: number;
  sentAt: number;
}

/** Who wants to see which job's picture, at which size and how often. */
export class Previews<C> {
  readonly #wishes = new Map<C, Wish[]>();
  readonly #onWishes: (wishes: PreviewWish[]) => void;

  /** `onWishes` is told what the running job's worker has to make, whenever that changes. */
  constructor(onWishes: (wishes: PreviewWish[]) => void) {
    this.#onWishes = onWishes;
  }

  set(client: C, { job, format, width, perSecond }: Params<"watch">, runningJob: string | undefined): void {
    const others = (this.#wishes.get(client) ?? []).filter((wish) => wish.job !== job);
    const wanted =
      perSecond === 0 ? [] : [{ job, format, width, everyMs: 1000 / perSecond, sentAt: -Infinity }];
    this.#wishes.set(client, [...others, ...wanted].slice(-MAX_WISHES_PER_CLIENT));
    this.announce(runningJob);
  }

  forget(client: C, runningJob: string | undefined): void {
    if (this.#wishes.delete(client)) this.announce(runningJob);
  }

  /** Each size and format once, as often as the keenest client wants it; nothing for jobs that nobody watches. */
  announce(runningJob: string | undefined): void {
    const merged = new Map<string, PreviewWish>();
    for (const { job, format, width, everyMs } of [...this.#wishes.values()].flat()) {
      if (job !== runningJob) continue;
      const key = `${format} ${width}`;
      merged.set(key, {
        format,
        width,
        everyMs: Math.min(everyMs, merged.get(key)?.everyMs ?? Number.POSITIVE_INFINITY),
      });
    }
    this.#onWishes([...merged.values()]);
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
        // A tenth of slack, so that a picture that comes a moment early is not left out.
        if (now - wish.sentAt < 0.9 * wish.everyMs) continue;
        wish.sentAt = now;
        frame ??= encodePictureFrame({ job, iteration, format, width, height, data });
        send(client, frame);
      }
  }
}
