import type { LayerName } from "./layers.ts";
import type { Method } from "./recipe.ts";

const STYLE_LAYERS = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"] as const;

function evenly(weight: number): Partial<Record<LayerName, number>> {
  return Object.fromEntries(STYLE_LAYERS.map((layer) => [layer, weight]));
}

export interface Preset {
  readonly name: string;
  readonly summary: string;
  readonly method: Method;
}

const LBFGS = { kind: "lbfgs", pairs: 10 } as const;
export const ADAM = { kind: "adam", learningRate: 2, beta1: 0.9, beta2: 0.99, averaging: 0.9 } as const;

/** Named methods. The published ones keep their papers' and programs' numbers. */
export const PRESETS = [
  {
    name: "default",
    summary: "balanced for any photo and painting, coarse to fine",
    method: {
      objective: {
        pool: "avg",
        content: { conv4_2: 1 },
        contentForm: "relative",
        style: evenly(5),
        styleForm: "relative",
        tv: 0,
        tvForm: "half-squared",
      },
      contentWeight: 1,
      styleWeight: 1,
      optimizer: LBFGS,
      schedule: { size: 512, stages: "auto", iterations: 200, stopBelow: null },
      init: "content",
    },
  },
  {
    name: "gatys",
    summary: "the paper's: average pooling, weights content 1 : style 1000 (Gatys et al., arXiv 1508.06576)",
    method: {
      objective: {
        pool: "avg",
        content: { conv4_2: 1 },
        contentForm: "half-sum",
        style: evenly(200),
        styleForm: "gatys",
        tv: 0,
        tvForm: "l1",
      },
      contentWeight: 1,
      styleWeight: 1,
      optimizer: LBFGS,
      schedule: { size: 512, stages: "single", iterations: 500, stopBelow: null },
      init: "content",
    },
  },
  {
    name: "keras",
    summary: "the Keras example's: max pooling, content conv5_2, total variation (titu1994)",
    method: {
      objective: {
        pool: "max",
        content: { conv5_2: 0.025 },
        contentForm: "sum/2sqrtCsqrtS",
        style: evenly(0.2),
        styleForm: "image-size",
        tv: 8.5e-5,
        tvForm: "power-1.25",
      },
      contentWeight: 1,
      styleWeight: 1,
      optimizer: LBFGS,
      schedule: { size: 400, stages: "single", iterations: 200, stopBelow: null },
      init: "content",
    },
  },
  {
    name: "johnson",
    summary: "neural-style's: max pooling, mean forms, total variation (jcjohnson)",
    method: {
      objective: {
        pool: "max",
        content: { conv4_2: 5 },
        contentForm: "mean",
        style: evenly(100),
        styleForm: "mean",
        tv: 1e-3,
        tvForm: "l1",
      },
      contentWeight: 1,
      styleWeight: 1,
      optimizer: LBFGS,
      schedule: { size: 512, stages: "single", iterations: 1000, stopBelow: null },
      init: "content",
    },
  },
] as const satisfies readonly Preset[];

export function findPreset(name: (typeof PRESETS)[number]["name"]): Preset;
export function findPreset(name: string): Preset | undefined;
export function findPreset(name: string): Preset | undefined {
  return PRESETS.find((preset) => preset.name === name);
}
