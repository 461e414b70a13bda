import { z } from "zod";
import { parseCrop } from "./crop.ts";
import { messageOf } from "./errors.ts";
import { LIMITS, type Range } from "./limits.ts";
import { objectiveSchema } from "./objective.ts";

const MOST_STYLES = 64;

const within = ({ min, max }: Range) => z.number().min(min).max(max);
const seed = within(LIMITS.seed).int();
const size = within(LIMITS.size).int();
const iterations = within(LIMITS.iterations).int();

const optimizerSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("lbfgs").describe("limited-memory BFGS: fewest evaluations"),
    pairs: within(LIMITS.pairs).int().describe("remembered steps; 24 bytes per pixel each"),
  }),
  z.strictObject({
    kind: z.literal("adam").describe("Adam: least memory"),
    learningRate: within(LIMITS.learningRate).describe("step in levels of 0..255"),
    beta1: z.number().min(0).lt(1).describe("decay of the mean gradient"),
    beta2: z.number().min(0).lt(1).describe("decay of the mean squared gradient"),
    averaging: z.number().min(0).lt(1).describe("decay of the average of the iterates; 0 switches it off"),
  }),
]);

export const OPTIMIZERS = optimizerSchema.options.map(({ shape }) => shape.kind.value);

/** Schedules that are made of the size alone. */
export const STAGE_PLANS = ["auto", "single"] as const;

const stageSchema = z.strictObject({
  size: size.describe("longest side of this stage"),
  iterations: iterations.describe("iterations of this stage"),
});

const scheduleSchema = z.strictObject({
  size: size.describe("longest side of the result in pixels"),
  stages: z
    .union([z.enum(STAGE_PLANS), z.array(stageSchema).min(1).max(32)])
    .describe(
      "auto: coarse to fine; single: full size at once; or every stage's longest side and iterations, the last at full size",
    ),
  iterations: iterations.describe("iterations of the first stage; automatic later stages take fewer"),
  stopBelow: within(LIMITS.stopBelow)
    .nullable()
    .describe("a stage ends when the last 20 iterations lowered the loss by less than this many percent"),
});

const pictureSchema = z.strictObject({
  file: z.string().min(1).max(4096).describe("path of the picture"),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .describe("of the file; another picture at that path is then refused"),
});

/** What a picture may start from besides another picture. */
export const INITS = ["content", "style", "noise", "grey"] as const;

/** Whose colours a picture can have. */
export const COLORS = ["style", "match", "luminance"] as const;
export const MASK_MEANING =
  "a picture of the photo's proportions: white where it is painted, black where the photo stays";
export const COLORS_MEANING =
  "whose colours: style: the painting's; match: the painting's, brought to the photo's range; luminance: the photo's own, of which only light and dark are painted";

const initSchema = z.union([z.enum(INITS), pictureSchema]);

/** Everything about a picture but the pictures it is made from. */
const methodSchema = z.strictObject({
  objective: objectiveSchema,
  contentWeight: within(LIMITS.factor).describe("multiplies every content term"),
  styleWeight: within(LIMITS.factor).describe("multiplies every style term"),
  optimizer: optimizerSchema,
  schedule: scheduleSchema,
  init: initSchema.describe("the picture to start from"),
});

/** All that defines a picture. */
export const recipeSchema = methodSchema.extend({
  version: z.literal(1).describe("of this format"),
  preset: z.string().min(1).max(64).describe("name of the method, for people"),
  content: pictureSchema,
  styles: z
    .array(
      pictureSchema.extend({
        weight: within(LIMITS.share).describe("share in the blend of the styles"),
      }),
    )
    .min(1)
    .max(MOST_STYLES)
    .refine((styles) => styles.length === 0 || styles.some(({ weight }) => weight > 0), {
      error: "all weights are 0; give one picture more",
    }),
  crop: z
    .string()
    .max(64, { abort: true })
    .superRefine((text, context) => {
      try {
        parseCrop(text);
      } catch (error) {
        context.addIssue({ code: "custom", message: messageOf(error) });
      }
    })
    .nullable()
    .describe("part of the content picture: ASPECT like 16:9, or LEFT,TOP,WIDTHxHEIGHT"),
  color: z.enum(COLORS).exclude(["style"]).optional().describe(`${COLORS_MEANING}; without it: style`),
  mask: pictureSchema.optional().describe(MASK_MEANING),
  seed: seed.describe("of the noise and of an untrained network"),
});

export type Method = z.infer<typeof methodSchema>;
export type Recipe = z.infer<typeof recipeSchema>;
export type Schedule = z.infer<typeof scheduleSchema>;
export type PictureReference = z.infer<typeof pictureSchema>;
export type Stage = z.infer<typeof stageSchema>;
export type Init = z.infer<typeof initSchema>;

/** The size that a list of stages ends with. */
export function lastSizeOf(stages: Schedule["stages"]): number | undefined {
  return typeof stages === "string" ? undefined : stages.at(-1)?.size;
}

/** What is wrong with a list of stages that goes down, or does not end with the size of the result. */
export function contradictionIn(schedule: Schedule): string | undefined {
  const sizes = typeof schedule.stages === "string" ? [] : schedule.stages.map((stage) => stage.size);
  const down = sizes.findIndex((one, i) => one < (sizes[i - 1] ?? 0));
  if (down > 0)
    return `the stages go down from size ${sizes[down - 1]} to ${sizes[down]}; each begins with the picture of the one before, enlarged`;
  const last = lastSizeOf(schedule.stages);
  if (last === undefined || last === schedule.size) return undefined;
  return `the size is ${schedule.size}, but the stages end with ${last}; take --size ${last}, or --stages that end with ${schedule.size}`;
}

/** The pictures that a recipe names. */
export function referencesOf({ content, styles, init, mask }: Recipe): PictureReference[] {
  return [content, ...styles, ...(typeof init === "object" ? [init] : []), ...(mask ? [mask] : [])];
}

/** The recipe with each of its pictures replaced, one after the other. */
export async function mapReferences(
  recipe: Recipe,
  replace: (reference: PictureReference) => Promise<PictureReference>,
): Promise<Recipe> {
  const { init, mask } = recipe;
  const content = await replace(recipe.content);
  const styles = [];
  for (const { weight, ...reference } of recipe.styles)
    styles.push({ ...(await replace(reference)), weight });
  return {
    ...recipe,
    content,
    styles,
    init: typeof init === "object" ? await replace(init) : init,
    ...(mask && { mask: await replace(mask) }),
  };
}
