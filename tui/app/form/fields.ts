import { Command, type Option } from "commander";
import { UsageError } from "../../../shared/errors.ts";
import { PRESETS } from "../../../shared/presets.ts";
import { INITS, STAGE_PLANS } from "../../../shared/recipe.ts";
import { addJobOptions, type JobArguments } from "../../recipe/jobs.ts";
import type { Base } from "../../recipe/options.ts";
import { NONE } from "../../recipe/parsers.ts";

/** A line of the form: an option of `atelier add`. */
export interface Field {
  readonly name: keyof JobArguments;
  readonly label: string;
  readonly meaning: string;
  readonly isFlag: boolean;
  /** What left and right go through; anything else may be typed. */
  readonly suggestions: readonly string[];
  /** Throws an error that says what was expected. */
  readonly parse: (text: string) => unknown;
}

/** Pictures have lines of their own; a recipe is what the form begins with. */
const ELSEWHERE: readonly string[] = ["content", "style", "recipe", "timeline"];

const SUGGESTIONS: Readonly<Partial<Record<string, readonly string[]>>> = {
  preset: PRESETS.map(({ name }) => name),
  size: ["256", "384", "512", "768", "1024", "1536", "2048"],
  stages: STAGE_PLANS,
  init: INITS,
  crop: [NONE, "1:1", "4:3", "3:2", "16:9", "3:4", "2:3"],
};

/** Placeholders of options that say what a number counts. */
const UNITS = ["pixels", "percent"];

/** Every option of a new job as a line: those that are changed most, then all others in the order of help. */
export const FIELDS: readonly Field[] = inOrder(
  addJobOptions(new Command()).options.filter((option) => !ELSEWHERE.includes(option.attributeName())),
);

function inOrder(options: readonly Option[]): Field[] {
  const first = ["preset", "each", "size", "iterations", "styleWeight", "contentWeight"];
  const rank = (option: Option) =>
    first.includes(option.attributeName()) ? first.indexOf(option.attributeName()) : first.length;
  return options.toSorted((a, b) => rank(a) - rank(b)).map(fieldOf);
}

function fieldOf(option: Option): Field {
  const name = option.attributeName();
  return {
    name: name as keyof JobArguments,
    label: (option.long ?? name).replace(/^--/, "").replaceAll("-", " "),
    meaning: withUnit(option),
    isFlag: option.isBoolean(),
    suggestions: option.argChoices ?? SUGGESTIONS[name] ?? [],
    parse: (text) => {
      if (option.variadic) return text.split(/[\s,]+/).filter(Boolean);
      if (option.argChoices !== undefined && !option.argChoices.includes(text))
        throw new UsageError(`expected ${option.argChoices.join(" or ")}.`);
      return option.parseArg === undefined ? text : option.parseArg(text, undefined as never);
    },
  };
}

function withUnit({ description, flags }: Option): string {
  const unit = UNITS.find((one) => flags.endsWith(`<${one}>`));
  return unit === undefined ? description : `in ${unit}: ${description}`;
}

/** What a line of a new job stands at while nothing is written in it. */
export function usualOf(name: keyof JobArguments, base: Base): string {
  const { schedule, optimizer, init, objective } = base;
  const usual: Partial<Record<keyof JobArguments, string | number>> = {
    preset: base.preset,
    size: schedule.size,
    stages:
      typeof schedule.stages === "string"
        ? schedule.stages
        : schedule.stages.map(({ size, iterations }) => `${size}:${iterations}`).join(","),
    iterations: schedule.iterations,
    stopBelow: schedule.stopBelow ?? NONE,
    contentWeight: base.contentWeight,
    styleWeight: base.styleWeight,
    tv: objective.tv,
    init: typeof init === "string" ? init : init.file,
    crop: base.crop ?? NONE,
    color: base.color ?? "style",
    mask: base.mask?.file ?? NONE,
    at: NONE,
    seed: base.seed,
    optimizer: optimizer.kind,
    ...(optimizer.kind === "lbfgs"
      ? { pairs: optimizer.pairs }
      : { learningRate: optimizer.learningRate, averaging: optimizer.averaging }),
    priority: 0,
    out: NONE,
    group: NONE,
    after: NONE,
  };
  return String(usual[name] ?? "");
}
