import { type Command, Option } from "commander";
import { UsageError } from "../../shared/errors.ts";
import { ADAM, findPreset, PRESETS } from "../../shared/presets.ts";
import {
  describeIssues,
  type Init,
  LIMITS,
  type Method,
  type Recipe,
  recipeSchema,
} from "../../shared/recipe.ts";
import { EXIT } from "../terminal/exit.ts";
import { printJson } from "../terminal/print.ts";
import { showRun } from "../terminal/run-display.ts";
import {
  collectStyle,
  engineOption,
  jsonOption,
  numberFrom,
  type StyleArgument,
  seedOption,
  weightsOption,
  wholeNumber,
} from "./options.ts";

export interface RunArguments {
  content?: string;
  style?: StyleArgument[];
  out: string;
  preset?: string;
  recipe?: string;
  size?: number;
  stages?: string;
  iterations?: number;
  optimizer?: "lbfgs" | "adam";
  pairs?: number;
  learningRate?: number;
  averaging?: number;
  contentWeight?: number;
  styleWeight?: number;
  tv?: number;
  stopBelow?: number;
  init?: string;
  crop?: string;
  seed?: number;
  weights?: string;
  engine: "onnx";
  threads?: number;
  trace?: string;
  json?: boolean;
}

export function addRunCommand(program: Command): void {
  const size = wholeNumber(LIMITS.size.min, LIMITS.size.max);
  program
    .command("run")
    .summary("make a picture now, in this process")
    .description("Gives the content of one picture the style of others, and shows how it goes.")
    .addOption(new Option("--content <file>", "the picture whose content is kept"))
    .addOption(
      new Option(
        "--style <file[:weight]>",
        "the picture whose style is taken; repeat to blend several",
      ).argParser(collectStyle),
    )
    .requiredOption("--out <file>", "the result: .png, .jpg or .webp; the recipe is stored inside")
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
    .addOption(new Option("--size <pixels>", "longest side of the result").argParser(size))
    .addOption(
      new Option(
        "--stages <list>",
        "auto (coarse to fine), single, or SIZE:ITERATIONS,… such as 256:300,512:100",
      ),
    )
    .addOption(
      new Option("--iterations <n>", "iterations of the first stage").argParser(
        wholeNumber(LIMITS.iterations.min, LIMITS.iterations.max),
      ),
    )
    .addOption(
      new Option(
        "--stop-below <percent>",
        "end a stage when 20 iterations improve the loss by less",
      ).argParser(numberFrom(0, 100)),
    )
    .addOption(
      new Option("--content-weight <x>", "multiplies every content term").argParser(numberFrom(0, 1e12)),
    )
    .addOption(new Option("--style-weight <x>", "multiplies every style term").argParser(numberFrom(0, 1e12)))
    .addOption(
      new Option("--tv <x>", "weight of total variation: higher is smoother").argParser(numberFrom(0, 1e30)),
    )
    .addOption(new Option("--init <start>", "content, style, noise, grey, or a picture file to start from"))
    .addOption(
      new Option("--crop <part>", "of the content picture: 16:9, or LEFT,TOP,WIDTHxHEIGHT in pixels"),
    )
    .addOption(seedOption())
    .optionsGroup("Optimiser:")
    .addOption(new Option("--optimizer <kind>", "lbfgs or adam").choices(["lbfgs", "adam"]))
    .addOption(new Option("--pairs <n>", "L-BFGS: remembered steps").argParser(wholeNumber(1, 200)))
    .addOption(
      new Option("--learning-rate <x>", "Adam: step in levels of 0..255").argParser(numberFrom(1e-6, 255)),
    )
    .addOption(
      new Option("--averaging <x>", "Adam: decay of the average that is shown, 0 for none").argParser(
        numberFrom(0, 0.999999),
      ),
    )
    .optionsGroup("Machine:")
    .addOption(weightsOption())
    .addOption(engineOption())
    .addOption(new Option("--threads <n>", "CPU threads (default: all)").argParser(wholeNumber(1, 1024)))
    .addOption(new Option("--trace <file>", "write one line of JSON per iteration"))
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  atelier run --content photo.jpg --style painting.jpg --out result.png
  atelier run --content photo.jpg --style a.jpg:2 --style b.jpg:1 --size 1024 --out blend.png
  atelier run --recipe result.png --style-weight 3 --out stronger.png`,
    )
    .action(async (options: RunArguments) => {
      const report = await showRun({ ...options, recipe: await recipeFrom(options) });
      if (options.json) printJson(report);
      if (report.interrupted) process.exitCode = EXIT.interrupted;
    });
}

/** The recipe that the options ask for: a preset or a recipe file, changed by every option that was given. */
export async function recipeFrom(options: RunArguments): Promise<Recipe> {
  if (options.recipe !== undefined && options.preset !== undefined)
    throw new UsageError("--recipe and --preset exclude each other: a recipe already names its method");
  const base =
    options.recipe === undefined ? fromPreset(options.preset ?? "default") : await fromFile(options.recipe);
  const content = options.content === undefined ? base.content : { file: options.content };
  const styles = options.style ?? base.styles;
  if (content === undefined) throw new UsageError("which picture? name one with --content FILE");
  if (styles === undefined || styles.length === 0)
    throw new UsageError("which style? name one or more with --style FILE");
  const { tv = base.objective.tv } = options;
  const candidate = {
    ...base,
    content,
    styles,
    objective: { ...base.objective, tv },
    contentWeight: options.contentWeight ?? base.contentWeight,
    styleWeight: options.styleWeight ?? base.styleWeight,
    optimizer: optimizerFrom(options, base.optimizer),
    schedule: {
      size: options.size ?? base.schedule.size,
      stages: options.stages === undefined ? base.schedule.stages : parseStages(options.stages),
      iterations: options.iterations ?? base.schedule.iterations,
      stopBelow: options.stopBelow ?? base.schedule.stopBelow,
    },
    init: options.init === undefined ? base.init : parseInit(options.init),
    crop: options.crop ?? base.crop,
    seed: options.seed ?? base.seed,
  };
  const result = recipeSchema.safeParse(candidate);
  if (!result.success) throw new UsageError(describeIssues(result.error));
  return result.data;
}

type Base = Omit<Recipe, "content" | "styles"> & Partial<Pick<Recipe, "content" | "styles">>;

function fromPreset(name: string): Base {
  const preset = findPreset(name);
  if (preset === undefined)
    throw new UsageError(
      `there is no preset "${name}"; there are ${PRESETS.map((known) => known.name).join(", ")}`,
    );
  return { version: 1, preset: preset.name, ...preset.method, crop: null, seed: 0 };
}

async function fromFile(file: string): Promise<Base> {
  const { loadRecipe } = await import("../../daemon/foreground.ts");
  return await loadRecipe(file);
}

function optimizerFrom(options: RunArguments, base: Method["optimizer"]): Method["optimizer"] {
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
  if (text === "auto" || text === "single") return text;
  return text.split(",").map((part) => {
    const match = /^(\d+):(\d+)$/.exec(part.trim());
    if (!match)
      throw new UsageError(
        `--stages "${text}": expected auto, single, or SIZE:ITERATIONS,… such as 256:300,512:100`,
      );
    return { size: Number(match[1]), iterations: Number(match[2]) };
  });
}

function parseInit(text: string): Init {
  if (text === "content" || text === "style" || text === "noise" || text === "grey") return text;
  return { file: text };
}
