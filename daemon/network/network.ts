import type { LayerName } from "../../shared/layers.ts";
import type { WeightsIdentity } from "../../shared/weights-identity.ts";

/** One 3×3 convolution. */
export interface Convolution {
  /** Output channels × input channels × 3 × 3; the picture's channels are red, green, blue. */
  readonly kernel: Float32Array;
  /** One number per output channel. */
  readonly bias: Float32Array;
}

/** VGG16's convolutions, ready for any engine. */
export interface Network {
  readonly weights: WeightsIdentity;
  /** Subtracted from the red, green and blue of a 0..255 picture before the first convolution. */
  readonly mean: readonly [number, number, number];
  readonly layers: Readonly<Record<LayerName, Convolution>>;
}

/** The mean colour that Oxford's VGG16 was trained with, as red, green, blue. */
export const OXFORD_MEAN = [123.68, 116.779, 103.939] as const;
