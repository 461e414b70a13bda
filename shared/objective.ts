import { z } from "zod";
import { LAYERS } from "./layers.ts";
import { LIMITS } from "./limits.ts";

export const POOL_KINDS = ["avg", "max"] as const;
export const CONTENT_FORMS = ["half-sum", "sum", "sum/2sqrtCsqrtS", "sum/CS", "mean", "relative"] as const;
export const STYLE_FORMS = ["gatys", "image-size", "mean", "relative"] as const;
export const TV_FORMS = ["power-1.25", "l1", "half-squared"] as const;

export type PoolKind = (typeof POOL_KINDS)[number];
export type ContentForm = (typeof CONTENT_FORMS)[number];
export type StyleForm = (typeof STYLE_FORMS)[number];
export type TvForm = (typeof TV_FORMS)[number];

const weight = z.number().min(LIMITS.weight.min).max(LIMITS.weight.max);
const layerWeights = z.partialRecord(z.enum(LAYERS), weight);

/** What is minimised: layers, their weights and the forms of the loss terms. */
export const objectiveSchema = z
  .strictObject({
    pool: z.enum(POOL_KINDS).describe("pooling between the blocks: avg is smoother, max sharper"),
    content: layerWeights.describe("weight of the content term per layer"),
    contentForm: z.enum(CONTENT_FORMS).describe("form of the content terms"),
    style: layerWeights.describe("weight of the style term per layer"),
    styleForm: z.enum(STYLE_FORMS).describe("form of the style terms"),
    tv: weight.describe("weight of the total variation term"),
    tvForm: z.enum(TV_FORMS).describe("form of the total variation term"),
  })
  .refine((o) => Object.keys(o.content).length + Object.keys(o.style).length > 0, {
    error: "names no content and no style layer, so there is nothing to match",
  });

export type Objective = z.infer<typeof objectiveSchema>;
