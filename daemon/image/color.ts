import { limited, PIXEL_RANGE, type Planes } from "./planes.ts";
import { type Matrix, multiply, withEigenvalues } from "./symmetric.ts";

/** Luma's shares of red, green and blue, as JPEG has it (ITU-R BT.601). */
const LUMA = [0.299, 0.587, 0.114] as const;
/** No colours are moved further apart than so many times: a painting that has hardly any would become blotches of its noise. */
const MOST_GAIN = 4;
/** Below what any file can have: flat pictures are divided by none. */
const LEAST_DEVIATION = 1e-3;

/** What a picture's colours are like: mean, and covariance of the channels, in levels. */
export interface ColorMoments {
  readonly mean: readonly number[];
  readonly covariance: Matrix;
}

type Three = [number, number, number];
type Nine = [...Three, ...Three, ...Three];

/** A colour becomes `matrix` · colour + `offset`. */
export interface ColorMap {
  readonly matrix: Matrix;
  readonly offset: readonly number[];
}

export function colorMoments({ height, width, data }: Planes): ColorMoments {
  const area = height * width;
  const channels = LUMA.map((_, i) => data.subarray(i * area, (i + 1) * area));
  const mean = channels.map((one) => one.reduce((sum, value) => sum + value, 0) / area);
  const covariance = channels.map((a, i) =>
    channels.map((b, j) => {
      let sum = 0;
      for (let k = 0; k < area; k++)
        sum += ((a[k] as number) - (mean[i] as number)) * ((b[k] as number) - (mean[j] as number));
      return sum / area;
    }),
  );
  return { mean, covariance };
}

/**
 * What brings the mean and covariance of some colours to those of others and moves each as little as can be: the optimal
 * transport between two normal distributions (Pitié & Kokaram 2007, "The linear Monge-Kantorovitch linear colour mapping").
 */
export function matchingColors(from: ColorMoments, to: ColorMoments): ColorMap {
  const least = LEAST_DEVIATION ** 2;
  const root = withEigenvalues(from.covariance, (value) => Math.sqrt(Math.max(least, value)));
  const inverse = withEigenvalues(from.covariance, (value) => 1 / Math.sqrt(Math.max(least, value)));
  const between = multiply(multiply(root, to.covariance), root);
  const middle = withEigenvalues(between, (value) => Math.sqrt(Math.max(0, value)));
  const matrix = multiply(multiply(inverse, middle), inverse);
  return around(
    from.mean,
    withEigenvalues(matrix, (gain) => Math.min(MOST_GAIN, gain)),
    to.mean,
  );
}

/** Greys as light as the colours. */
export const GREY: ColorMap = { matrix: LUMA.map(() => LUMA), offset: [0, 0, 0] };

/** Greys that are on average as light as other colours, and in as wide a range (Gatys et al. 2016, 1606.05897). */
export function greysLike(from: ColorMoments, to: ColorMoments): ColorMap {
  const gain = Math.min(MOST_GAIN, lumaDeviation(to) / Math.max(LEAST_DEVIATION, lumaDeviation(from)));
  const matrix = GREY.matrix.map((row) => row.map((share) => gain * share));
  return around(
    from.mean,
    matrix,
    GREY.matrix.map(() => dot(LUMA, to.mean)),
  );
}

/** The same planes, in other colours. */
export function recolor(planes: Planes, { matrix, offset }: ColorMap): Planes {
  const area = planes.height * planes.width;
  const { data } = planes;
  const [m00, m01, m02, m10, m11, m12, m20, m21, m22] = matrix.flat() as Nine;
  const [o0, o1, o2] = offset as Three;
  for (let i = 0; i < area; i++) {
    const [r, g, b] = [data[i] as number, data[area + i] as number, data[2 * area + i] as number];
    data[i] = m00 * r + m01 * g + m02 * b + o0;
    data[area + i] = m10 * r + m11 * g + m12 * b + o1;
    data[2 * area + i] = m20 * r + m21 * g + m22 * b + o2;
  }
  return limited(planes);
}

/**
 * A picture with the light and dark of one and the hues of a photo of the same size. A hue that cannot be as strong as
 * the photo's where it is as light or dark as that is weaker there.
 */
export function withHuesOf(photo: Planes, picture: Planes): Planes {
  const { height, width, data: work } = picture;
  const area = height * width;
  const data = new Float32Array(work.length);
  const { least, most } = PIXEL_RANGE;
  const [red, green, blue] = LUMA;
  for (let i = 0; i < area; i++) {
    let light =
      red * (work[i] as number) + green * (work[area + i] as number) + blue * (work[2 * area + i] as number);
    if (light < least) light = least;
    else if (light > most) light = most;
    const r = photo.data[i] as number;
    const g = photo.data[area + i] as number;
    const b = photo.data[2 * area + i] as number;
    const own = red * r + green * g + blue * b;
    const above = (r > g ? (r > b ? r : b) : g > b ? g : b) - own;
    const below = own - (r < g ? (r < b ? r : b) : g < b ? g : b);
    let strength = 1;
    if (light + above > most) strength = (most - light) / above;
    if (light - strength * below < least) strength = (light - least) / below;
    data[i] = light + strength * (r - own);
    data[area + i] = light + strength * (g - own);
    data[2 * area + i] = light + strength * (b - own);
  }
  return limited({ height, width, data });
}

/** The map with a matrix that brings one colour to another. */
function around(from: readonly number[], matrix: Matrix, to: readonly number[]): ColorMap {
  return { matrix, offset: matrix.map((row, i) => (to[i] as number) - dot(row, from)) };
}

function lumaDeviation({ covariance }: ColorMoments): number {
  const across = covariance.map((row) => dot(row, LUMA));
  // Of colours that are all as light as each other rounding leaves less than nothing.
  return Math.sqrt(Math.max(0, dot(across, LUMA)));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}
