import { type Command, Option } from "commander";
import { LIMITS } from "../../shared/limits.ts";
import { recipeFrom } from "../recipe/options.ts";
import { wholeNumber } from "../recipe/parsers.ts";
import { EXIT } from "../terminal/exit.ts";
import { showPicture } from "../terminal/picture.ts";
import { paint, printJson, say } from "../terminal/print.ts";
import { showRun } from "../terminal/run-display.ts";
import {
  type DeviceArguments,
  deviceOption,
  engineOption,
  jsonOption,
  weightsOption,
  wishOf,
} from "./options.ts";

const SIZE = 256;
const ITERATIONS = 60;

export function addDemoCommand(program: Command): void {
  program
    .command("demo")
    .summary("a first picture from two that are drawn on the spot")
    .description("Draws a landscape and a painting, transfers the style, and shows the result.")
    .addOption(new Option("--folder <folder>", "where the pictures go").default("demo-out"))
    .addOption(
      new Option("--iterations <n>", "iterations")
        .argParser(wholeNumber(LIMITS.iterations))
        .default(ITERATIONS),
    )
    .addOption(weightsOption())
    .addOption(engineOption())
    .addOption(deviceOption())
    .addOption(jsonOption())
    .action(
      async ({
        folder,
        iterations,
        weights,
        json,
        ...where
      }: {
        folder: string;
        iterations: number;
        weights?: string;
        json?: boolean;
      } & DeviceArguments) => {
        const { drawDemoPictures } = await import("../../daemon/foreground.ts");
        const drawn = await drawDemoPictures(folder);
        say(`drew  ${drawn.content} and ${drawn.style}`);
        const style = [{ file: drawn.style, weight: 1 }];
        const { recipe } = await recipeFrom({ content: drawn.content, style, size: SIZE, iterations });
        const report = await showRun({
          recipe,
          out: drawn.result,
          device: wishOf(where),
          ...(weights !== undefined && { weights }),
        });
        if (json) printJson(report);
        else await showPicture(drawn.result);
        if (report.weights.kind === "untrained")
          say(
            `${paint("yellow", "This was an untrained network.")} Trained filters look far better: ${paint("bold", "atelier weights fetch")}`,
          );
        say(
          `Next, your own: ${paint("bold", "atelier run --content PHOTO --style PAINTING --out result.png")}`,
        );
        say(paint("dim", "(in this checkout: npm run -s atelier -- run …)"));
        if (report.interrupted) process.exitCode = EXIT.interrupted;
      },
    );
}
