import { setImmediate } from "node:timers/promises";
import { UserError } from "../../shared/errors.ts";

/** How a film may be written, by the end of its name. */
export const FILM_FORMATS = { ".webp": "webp", ".gif": "gif" } as const;
export type FilmFormat = (typeof FILM_FORMATS)[keyof typeof FILM_FORMATS];

const PER_SECOND = 12;
/** How long the end stands before the film begins again. */
const END_MS = 2000;
/** Bytes of all frames, which lie in memory at once. */
const MAX_BYTES = 1e9;

/** An animated picture, and how many frames it has. */
export interface Film {
  readonly frames: number;
  readonly bytes: Buffer;
}

/**
 * An endless film of that many seconds, in which pictures (two or more) go over into each other; all as large as the
 * last. Throws a UserError where it would take too much memory.
 */
export async function filmOf(
  pictures: readonly Buffer[],
  seconds: number,
  format: FilmFormat,
): Promise<Film> {
  const { default: sharp } = await import("sharp");
  const { width, height } = await sharp(pictures.at(-1)).metadata();
  const gaps = pictures.length - 1;
  const perGap = Math.max(1, Math.round((PER_SECOND * seconds) / gaps));
  const frames = gaps * perGap + 1;
  const length = 3 * width * height;
  if (frames * length > MAX_BYTES)
    throw new UserError(
      `${frames} frames of ${width}×${height} would take more than 1 GB; take a smaller --width or fewer --seconds`,
    );
  const pixels = new Uint8Array(frames * length);
  let from: Buffer | undefined;
  for (const [i, picture] of pictures.entries()) {
    const to = await sharp(picture).resize(width, height, { fit: "fill" }).removeAlpha().raw().toBuffer();
    for (let step = from === undefined ? perGap : 1; step <= perGap; step++) {
      const frame = (i - 1) * perGap + step;
      blend(from ?? to, to, step / perGap, pixels.subarray(frame * length, (frame + 1) * length));
      // Keys have their turn in between.
      await setImmediate();
    }
    from = to;
  }
  const delay = new Array<number>(frames).fill((1000 * seconds) / (gaps * perGap)).map(Math.round);
  delay[frames - 1] = END_MS;
  const whole = sharp(pixels, {
    raw: { width, height: height * frames, channels: 3, pageHeight: height },
    limitInputPixels: false,
  });
  // More effort makes a .gif hardly smaller and takes ten times as long; .webp knows another scale.
  const encoded =
    format === "gif" ? whole.gif({ delay, loop: 0, effort: 1 }) : whole.webp({ delay, loop: 0 });
  return { frames, bytes: await encoded.toBuffer() };
}

function blend(from: Uint8Array, to: Uint8Array, share: number, into: Uint8Array): void {
  for (let i = 0; i < into.length; i++) {
    const a = from[i] as number;
    into[i] = Math.round(a + share * ((to[i] as number) - a));
  }
}
