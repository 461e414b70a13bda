import { type Command, Option } from "commander";
import { seedOption } from "../recipe/options.ts";
import { collectStyle, type StyleArgument } from "../recipe/parsers.ts";
import { formatNumber, print, printJson, say } from "../terminal/print.ts";
import { describeMachine } from "../terminal/run-display.ts";
import {
  type DeviceArguments,
  demandOptions,
  deviceOption,
  engineOption,
  jsonOption,
  weightsOption,
  wishOf,
} from "./options.ts";

interface EvaluateArguments extends DeviceArguments {
  objective: string;
  content: string;
  style: StyleArgument[];
  image: string;
  weights?: string;
  seed?: number;
  gradient?: string;
  json?: boolean;
}

export function addEvaluateCommand(program: Command): void {
  const command = program
    .command("evaluate")
    .summary("the loss of a picture, term by term")
    .description("Evaluates an objective and its gradient once. No picture is resized.")
    .option(
      "--objective <file>",
      "JSON with pool, content, contentForm, style, styleForm, tv and tvForm, or a picture made by atelier",
    )
    .option("--content <file>", "the content picture")
    .addOption(
      new Option("--style <file[:weight]>", "a style picture; repeat to blend").argParser(collectStyle),
    )
    .option("--image <file>", "the picture to evaluate, of the content's size")
    .addOption(weightsOption())
    .addOption(seedOption())
    .addOption(engineOption())
    .addOption(deviceOption())
    .option("--gradient <file>", "write the gradient as .npy: float32, height × width × 3, RGB")
    .addOption(jsonOption())
    .action(async ({ json, style, seed = 0, ...options }: EvaluateArguments) => {
      const { evaluate } = await import("../../daemon/foreground.ts");
      const report = await evaluate({ ...options, device: wishOf(options), seed, styles: style });
      say(describeMachine(report));
      if (json) return printJson(report);
      for (const [term, value] of [
        ...Object.entries(report.terms),
        ["total", report.total],
        ["|gradient|", report.gradientNorm],
      ] as const)
        print(`${term.padEnd(16)} ${formatNumber(value)}`);
    });
  demandOptions(command, () => ["--objective", "--content", "--style", "--image"]);
}
