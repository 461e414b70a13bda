/** A picture's size in pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** What a pixel can be, in levels. */
export const PIXEL_RANGE = { least: 0, most: 255 } as const;

/** A picture as engines take it: 3 × height × width float32, red, green and blue plane, 0..255. */
export interface Planes extends Size {
  readonly data: Float32Array;
}

/** A picture as interleaved RGB bytes. */
export interface Pixels extends Size {
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** Pixels → planes. */
export function toPlanes({ height, width, data: bytes }: Pixels): Planes {
  const area = height * width;
  const data = new Float32Array(3 * area);
  for (let channel = 0; channel < 3; channel++)
    for (let i = 0; i < area; i++) data[channel * area + i] = bytes[3 * i + channel] as number;
  return { height, width, data };
}

/** Planes → the bytes of pixels, rounded and limited to 0..255. */
export function toBytes(planes: Planes): Uint8ClampedArray {
  const area = planes.height * planes.width;
  const bytes = new Uint8ClampedArray(3 * area);
  copyPixels(planes, bytes, 0, area);
  return bytes;
}

/** The same planes, with what is beyond the range of pixels moved to its ends. */
export function limited(planes: Planes): Planes {
  const { data } = planes;
  for (let i = 0; i < data.length; i++)
    data[i] = Math.min(PIXEL_RANGE.most, Math.max(PIXEL_RANGE.least, data[i] as number));
  return planes;
}

/** The pixels of planes from one to before another, to their places among interleaved bytes. */
export function copyPixels(
  { height, width, data }: Planes,
  bytes: Uint8ClampedArray,
  start: number,
  end: number,
): void {
  const area = height * width;
  for (let channel = 0; channel < 3; channel++)
    for (let i = start; i < end; i++) bytes[3 * i + channel] = data[channel * area + i] as number;
}

/**
 * Planes at another size by separable interpolation: `cubic` is Keys' kernel with a = −½, `linear`
 * never leaves the range of its inputs. When shrinking, the kernel widens so that nothing aliases.
 */
export function resample(planes: Planes, size: Size, kind: "cubic" | "linear"): Planes {
  if (planes.height === size.height && planes.width === size.width) return planes;
  const rows = weightsFor(planes.height, size.height, kind);
  const columns = weightsFor(planes.width, size.width, kind);
  const data = new Float32Array(3 * size.height * size.width);
  const narrow = new Float32Array(planes.height * size.width);
  for (let channel = 0; channel < 3; channel++) {
    const source = channel * planes.height * planes.width;
    for (let y = 0; y < planes.height; y++)
      for (let x = 0; x < size.width; x++)
        narrow[y * size.width + x] = gather(planes.data, source + y * planes.width, 1, columns[x] as Tap);
    for (let y = 0; y < size.height; y++)
      for (let x = 0; x < size.width; x++)
        data[(channel * size.height + y) * size.width + x] = gather(narrow, x, size.width, rows[y] as Tap);
  }
  return { ...size, data };
}

interface Tap {
  readonly indices: readonly number[];
  readonly weights: readonly number[];
}

function gather(data: Float32Array, offset: number, stride: number, { indices, weights }: Tap): number {
  let sum = 0;
  for (let i = 0; i < indices.length; i++)
    sum += (weights[i] as number) * (data[offset + stride * (indices[i] as number)] as number);
  return sum;
}

/** Which inputs make each output of one axis; edges repeat the outermost input. */
function weightsFor(from: number, to: number, kind: "cubic" | "linear"): Tap[] {
  const widen = Math.max(1, from / to);
  const reach = (kind === "cubic" ? 2 : 1) * widen;
  return Array.from({ length: to }, (_, i) => {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const indices: number[] = [];
    const raw: number[] = [];
    for (let j = Math.ceil(centre - reach); j <= Math.floor(centre + reach); j++) {
      indices.push(Math.min(Math.max(j, 0), from - 1));
      raw.push(kernel((j - centre) / widen, kind));
    }
    const sum = raw.reduce((a, b) => a + b, 0);
    return { indices, weights: raw.map((weight) => weight / sum) };
  });
}

function kernel(distance: number, kind: "cubic" | "linear"): number {
  const t = Math.abs(distance);
  if (kind === "linear") return Math.max(0, 1 - t);
  if (t < 1) return 1.5 * t ** 3 - 2.5 * t ** 2 + 1;
  if (t < 2) return -0.5 * t ** 3 + 2.5 * t ** 2 - 4 * t + 2;
  return 0;
}
