import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import type { RecordedRecipe } from "../../daemon/foreground.ts";
import { inTime, recipeAfter, type TimelineEntry } from "../../shared/controls.ts";
import { messageOf, UsageError } from "../../shared/errors.ts";
import { describeIssues } from "../../shared/issue-words.ts";
import { LIMITS } from "../../shared/limits.ts";
import { ADAM, findPreset, PRESETS } from "../../shared/presets.ts";
import {
  COLORS,
  COLORS_MEANING,
  contradictionIn,
  INITS,
  type Init,
  lastSizeOf,
  MASK_MEANING,
  type Method,
  OPTIMIZERS,
  type Recipe,
  recipeSchema,
  STAGE_PLANS,
} from "../../shared/recipe.ts";
import { collectComing } from "./changes.ts";
import { NONE, numberFrom, orNone, type StyleArgument, wholeNumber } from "./parsers.ts";

/** What the options of a recipe are parsed to. */
export interface RecipeArguments {
  preset?: string;
  recipe?: string;
  timeline?: boolean;
  size?: number;
  stages?: string;
  iterations?: number;
  optimizer?: Method["optimizer"]["kind"];
  pairs?: number;
  learningRate?: number;
  averaging?: number;
  contentWeight?: number;
  styleWeight?: number;
  tv?: number;
  stopBelow?: number | typeof NONE;
  init?: string;
  crop?: string;
  color?: (typeof COLORS)[number];
  mask?: string;
  seed?: number;
  at?: readonly TimelineEntry[];
}

export const seedOption = () =>
  new Option("--seed <n>", "seed of the noise and of an untrained network").argParser(
    wholeNumber(LIMITS.seed),
  );

/** The options that change a recipe, for every command that takes one. */
export function addRecipeOptions(command: Command): Command {
  const size = wholeNumber(LIMITS.size);
  return command
    .optionsGroup("Method:")
    .addOption(
      new Option("--preset <name>", `${PRESETS.map(({ name }) => name).join(", ")}; see: atelier presets`),
    )
    .addOption(
      new Option(
        "--recipe <file>",
        "a recipe as JSON, or a picture made by atelier; other options change it",
      ),
    )
    .addOption(
      new Option(
        "--no-timeline",
        "leave out the changes that came with that recipe, or with the job that is edited",
      ),
    )
    .addOption(new Option("--size <pixels>", "longest side of the result").argParser(size))
    .addOption(
      new Option(
        "--stages <list>",
        "auto (coarse to fine), single, or SIZE:ITERATIONS,… such as 256:300,512:100",
      ),
    )
    .addOption(
      new Option("--iterations <n>", "iterations of the first stage").argParser(
        wholeNumber(LIMITS.iterations),
      ),
    )
    .addOption(
      new Option(
        "--stop-below <percent>",
        "end a stage when 20 iterations improve the loss by less; none: never",
      ).argParser(orNone(numberFrom(LIMITS.stopBelow))),
    )
    .addOption(
      new Option("--content-weight <x>", "multiplies every content term").argParser(
        numberFrom(LIMITS.factor),
      ),
    )
    .addOption(
      new Option("--style-weight <x>", "multiplies every style term").argParser(numberFrom(LIMITS.factor)),
    )
    .addOption(
      new Option("--tv <x>", "weight of total variation: higher is smoother").argParser(
        numberFrom(LIMITS.weight),
      ),
    )
    .addOption(new Option("--init <start>", `${INITS.join(", ")}, or a picture file to start from`))
    .addOption(
      new Option("--crop <part>", "of the content picture: 16:9, none, or LEFT,TOP,WIDTHxHEIGHT in pixels"),
    )
    .addOption(new Option("--color <whose>", COLORS_MEANING).choices(COLORS))
    .addOption(new Option("--mask <file>", `${MASK_MEANING}; none: everywhere`))
    .addOption(
      new Option(
        "--at <iteration:control=value,...>",
        "turns controls after that iteration, as atelier set would, such as 100:style=2,tv=1e-3; repeat for more",
      ).argParser(collectComing),
    )
    .addOption(seedOption())
    .optionsGroup("Optimiser:")
    .addOption(new Option("--optimizer <kind>", OPTIMIZERS.join(" or ")).choices(OPTIMIZERS))
    .addOption(new Option("--pairs <n>", "L-BFGS: remembered steps").argParser(wholeNumber(LIMITS.pairs)))
    .addOption(
      new Option("--learning-rate <x>", "Adam: step in levels of 0..255").argParser(
        numberFrom(LIMITS.learningRate),
      ),
    )
    .addOption(
      new Option("--averaging <x>", "Adam: decay of the average that is shown, 0 for none").argParser(
        numberFrom({ min: 0, max: 0.999999 }),
      ),
    );
}

type Options = RecipeArguments & { content?: string; style?: readonly StyleArgument[] };

/** The recipe that the options ask for: a preset or a recipe file, changed by every option that was given. */
export async function recipeFrom(options: Options): Promise<RecordedRecipe> {
  const { base, timeline, ...rest } = await baseFrom(options);
  const recipe = changedBy(options, base);
  return { recipe, timeline: withComing(options, recipe, timeline), ...rest };
}

/** A timeline with the changes that the options bring. Throws a UsageError where a recipe cannot have them. */
export function withComing(
  { at = [] }: RecipeArguments,
  recipe: Recipe,
  timeline: readonly TimelineEntry[],
): TimelineEntry[] {
  const all = inTime([...timeline, ...at]);
  if (at.length === 0) return all;
  try {
    recipeAfter(recipe, all);
  } catch (error) {
    throw new UsageError(`--at: ${messageOf(error)}`);
  }
  return all;
}

/** A recipe whose pictures may still be open. */
export type Base = Omit<Recipe, "content" | "styles"> & Partial<Pick<Recipe, "content" | "styles">>;

/** What the other options change: a preset or a recipe file. */
export async function baseFrom({
  recipe: file,
  preset,
  timeline: isWanted,
}: RecipeArguments): Promise<Omit<RecordedRecipe, "recipe"> & { readonly base: Base }> {
  if (file !== undefined && preset !== undefined)
    throw new UsageError("--recipe and --preset exclude each other: a recipe already names its method");
  if (file === undefined) return { base: fromPreset(preset ?? "default"), timeline: [] };
  const { loadRecipe } = await import("../../daemon/foreground.ts");
  const { recipe, timeline, made } = await loadRecipe(file);
  return {
    base: recipe,
    timeline: isWanted === false ? [] : timeline,
    ...(made !== undefined && { made }),
  };
}

/** Throws a UsageError where there is no recipe that the options could change. */
export function refuseSenseless(options: Options): void {
  const any = { file: "any" };
  const base = { ...fromPreset("default"), content: any, styles: [{ ...any, weight: 1 }] };
  const problems = [base.optimizer, ADAM].map((optimizer) => {
    try {
      changedBy(options, { ...base, optimizer });
    } catch (error) {
      return error;
    }
    return undefined;
  });
  if (problems.every((problem) => problem !== undefined)) throw problems[0];
}

/** The recipe with every option that was given put in. Throws a UsageError where it makes no sense. */
export function changedBy(options: Options, base: Base): Recipe {
  const content = options.content === undefined ? base.content : { file: options.content };
  const styles = options.style ?? base.styles;
  if (content === undefined) throw new UsageError("which picture? name one with --content FILE");
  if (styles === undefined || styles.length === 0)
    throw new UsageError("which style? name one or more with --style FILE");
  const { tv = base.objective.tv } = options;
  const { color: colorBefore = "style", mask: maskBefore, ...rest } = base;
  const { color = colorBefore } = options;
  const mask = options.mask === undefined ? maskBefore : maskFrom(options.mask);
  const candidate = {
    ...rest,
    ...(color !== "style" && { color }),
    ...(mask && { mask }),
    content,
    styles,
    objective: { ...base.objective, tv },
    contentWeight: options.contentWeight ?? base.contentWeight,
    styleWeight: options.styleWeight ?? base.styleWeight,
    optimizer: optimizerFrom(options, base.optimizer),
    schedule: scheduleFrom(options, base.schedule),
    init: options.init === undefined ? base.init : parseInit(options.init),
    crop: options.crop === NONE ? null : (options.crop ?? base.crop),
    seed: options.seed ?? base.seed,
  };
  const result = recipeSchema.safeParse(candidate);
  if (!result.success) throw new UsageError(describeIssues(result.error));
  return result.data;
}

/** The method of a preset. Throws a UsageError for an unknown name. */
export function fromPreset(name: string): Base {
  const preset = findPreset(name);
  if (preset === undefined)
    throw new UsageError(
      `there is no preset "${name}"; there are ${PRESETS.map((known) => known.name).join(", ")}`,
    );
  return { version: 1, preset: preset.name, ...preset.method, crop: null, seed: 0 };
}

function scheduleFrom(options: RecipeArguments, base: Method["schedule"]): Method["schedule"] {
  const stages = options.stages === undefined ? base.stages : parseStages(options.stages);
  const listed = options.stages === undefined ? undefined : lastSizeOf(stages);
  if (options.iterations !== undefined && typeof stages !== "string")
    throw new UsageError(
      `--iterations belongs to --stages ${STAGE_PLANS.join(" or ")}: a list names those of each stage`,
    );
  const schedule = {
    size: options.size ?? listed ?? base.size,
    stages,
    iterations: options.iterations ?? base.iterations,
    stopBelow: options.stopBelow === NONE ? null : (options.stopBelow ?? base.stopBelow),
  };
  const contradiction = contradictionIn(schedule);
  if (contradiction !== undefined) throw new UsageError(contradiction);
  return schedule;
}

function optimizerFrom(options: RecipeArguments, base: Method["optimizer"]): Method["optimizer"] {
  const kind = options.optimizer ?? base.kind;
  if (kind === "lbfgs") {
    if (options.learningRate !== undefined || options.averaging !== undefined)
      throw new UsageError("--learning-rate and --averaging belong to Adam; add --optimizer adam");
    return { kind, pairs: options.pairs ?? (base.kind === kind ? base.pairs : 10) };
  }
  if (options.pairs !== undefined) throw new UsageError("--pairs belongs to L-BFGS; add --optimizer lbfgs");
  const adam = base.kind === kind ? base : ADAM;
  const { learningRate = adam.learningRate, averaging = adam.averaging } = options;
  return { ...adam, learningRate, averaging };
}

function parseStages(text: string): Recipe["schedule"]["stages"] {
  const plan = STAGE_PLANS.find((one) => one === text);
  if (plan !== undefined) return plan;
  return text.split(",").map((part) => {
    const match = /^(\d+):(\d+)$/.exec(part.trim());
    if (!match)
      throw new UsageError(
        `--stages "${text}": expected ${STAGE_PLANS.join(", ")}, or SIZE:ITERATIONS,… such as 256:300,512:100`,
      );
    return { size: Number(match[1]), iterations: Number(match[2]) };
  });
}

function parseInit(text: string): Init {
  const named = INITS.find((one) => one === text);
  if (named !== undefined) return named;
  if (!/[./\\]/.test(text) && !existsSync(text))
    throw new UsageError(`--init ${text}: expected ${INITS.join(", ")} or a picture file`);
  return { file: text };
}

function maskFrom(text: string): Recipe["mask"] {
  return text === NONE ? undefined : { file: text };
}
