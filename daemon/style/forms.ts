import type { LayerName } from "../../shared/layers.ts";
import { channelsOf } from "../../shared/layers.ts";
import type { ContentForm, StyleForm } from "../../shared/objective.ts";
import type { Target } from "../engine/engine.ts";
import type { Size } from "../image/planes.ts";

/** What the factors of the loss forms are made of. */
interface Circumstances {
  /** C: channels of the layer. */
  readonly channels: number;
  /** M: height × width of the layer. */
  readonly positions: number;
  /** S: height × width of the picture. */
  readonly pixels: number;
  /** Σ of the target's squares. */
  readonly energy: number;
}

/** Its inverse is still a float32. */
const LEAST_ENERGY = 1e-30;

/**
 * Every content form is a factor on Σ(F − P)².
 * `half-sum`: Gatys et al., arXiv 1508.06576; `sum`, `sum/2sqrtCsqrtS`, `sum/CS`: titu1994's content loss
 * types 0, 1, 2; `mean`: jcjohnson/neural-style; `relative`: the share of the target's energy, so that a
 * weight means the same on every picture and network.
 */
const CONTENT_FACTORS: Record<ContentForm, (c: Circumstances) => number> = {
  "half-sum": () => 0.5,
  sum: () => 1,
  "sum/2sqrtCsqrtS": ({ channels, pixels }) => 1 / (2 * Math.sqrt(channels) * Math.sqrt(pixels)),
  "sum/CS": ({ channels, pixels }) => 1 / (channels * pixels),
  mean: ({ channels, positions }) => 1 / (channels * positions),
  relative: shareOfEnergy,
};

/**
 * Every style form is a factor on Σ(G − A)², where G = F·Fᵀ/M and A likewise of the style picture.
 * `gatys`: 1/(4C²); `image-size`: the Keras example's 1/(4·3²·S²) on unnormalised Gram matrices;
 * `mean`: jcjohnson/neural-style; `relative`: the share of the target's energy.
 */
const STYLE_FACTORS: Record<StyleForm, (c: Circumstances) => number> = {
  gatys: ({ channels }) => 1 / (4 * channels ** 2),
  "image-size": ({ positions, pixels }) => positions ** 2 / (36 * pixels ** 2),
  mean: ({ channels }) => 1 / channels ** 4,
  relative: shareOfEnergy,
};

/** Of nothing there is no share: a layer in which the picture leaves no trace says nothing. */
function shareOfEnergy({ energy }: Circumstances): number {
  return energy > LEAST_ENERGY ? 1 / energy : 0;
}

/** The form's factor of a content term at a picture's size. */
export function contentFactor(form: ContentForm, layer: LayerName, size: Size, target: Target): number {
  const channels = channelsOf(layer);
  return CONTENT_FACTORS[form](circumstances(layer, size, target, target.data.length / channels));
}

/** The form's factor of a style term at a picture's size; `positions` is the layer's area in the *result*. */
export function styleFactor(
  form: StyleForm,
  layer: LayerName,
  size: Size,
  target: Target,
  positions: number,
): number {
  return STYLE_FACTORS[form](circumstances(layer, size, target, positions));
}

function circumstances(
  layer: LayerName,
  { height, width }: Size,
  target: Target,
  positions: number,
): Circumstances {
  return {
    channels: channelsOf(layer),
    positions,
    pixels: height * width,
    get energy() {
      return energyOf(target);
    },
  };
}

/** Of targets that were asked about: a target has millions of numbers, and every change of a weight asks anew. */
const energies = new WeakMap<Target, number>();

function energyOf(target: Target): number {
  const known = energies.get(target);
  if (known !== undefined) return known;
  const energy = target.data.reduce((sum, value) => sum + value * value, 0);
  energies.set(target, energy);
  return energy;
}
