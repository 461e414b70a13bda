import { type Command, Option } from "commander";
import { LIMITS } from "../../shared/limits.ts";
import { addRecipeOptions, type RecipeArguments, recipeFrom } from "../recipe/options.ts";
import { collectStyle, type StyleArgument, wholeNumber } from "../recipe/parsers.ts";
import { EXIT } from "../terminal/exit.ts";
import { printJson } from "../terminal/print.ts";
import { showRun } from "../terminal/run-display.ts";
import {
  type DeviceArguments,
  demandOptions,
  deviceOption,
  engineOption,
  jsonOption,
  weightsOption,
  wishOf,
} from "./options.ts";

interface RunArguments extends RecipeArguments, DeviceArguments {
  content?: string;
  style?: StyleArgument[];
  out: string;
  weights?: string;
  threads?: number;
  until?: number;
  every?: number;
  trace?: string;
  json?: boolean;
}

export function addRunCommand(program: Command): void {
  const command = program
    .command("run")
    .summary("make a picture now, in this process")
    .description("Gives the content of one picture the style of others, and shows how it goes.")
    .addOption(new Option("--content <file>", "the picture whose content is kept"))
    .addOption(
      new Option(
        "--style <files...>",
        "the pictures whose style is taken, as FILE or FILE:WEIGHT, blended",
      ).argParser(collectStyle),
    )
    .option("--out <file>", "the result: .png, .jpg or .webp; the recipe is stored inside");
  demandOptions<Partial<RunArguments>>(command, ({ recipe }) =>
    recipe === undefined ? ["--content", "--style", "--out"] : ["--out"],
  );
  addRecipeOptions(command)
    .optionsGroup("Machine:")
    .addOption(weightsOption())
    .addOption(engineOption())
    .addOption(deviceOption())
    .addOption(
      new Option("--threads <n>", "CPU threads (default: all)").argParser(wholeNumber(LIMITS.threads)),
    )
    .addOption(
      new Option("--until <iteration>", "end there, counted through all stages").argParser(
        wholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      ),
    )
    .addOption(
      new Option(
        "--every <n>",
        "write the picture after every n iterations as well, as OUT-ITERATION: a crash costs no more, and they show how it grew",
      ).argParser(wholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER })),
    )
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
      const { timeline: _isWanted, recipe: recipeFile, ...rest } = options;
      const report = await showRun({
        ...rest,
        ...(recipeFile !== undefined && { recipeFile }),
        device: wishOf(options),
        ...(await recipeFrom(options)),
      });
      if (options.json) printJson(report);
      if (report.interrupted) process.exitCode = EXIT.interrupted;
    });
}
