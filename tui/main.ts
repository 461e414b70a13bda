import { Command, CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { addBenchCommand } from "./commands/bench.ts";
import { addDemoCommand } from "./commands/demo.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addEvaluateCommand } from "./commands/evaluate.ts";
import { addPresetsCommand } from "./commands/presets.ts";
import { addRecipeCommand } from "./commands/recipe.ts";
import { addRunCommand } from "./commands/run.ts";
import { addWeightsCommand } from "./commands/weights.ts";
import { EXIT, printFailureAsJson, reportFailure } from "./terminal/exit.ts";

/** The `atelier` command. Sets the exit code: 0 for ok, 1 for failed, 2 for wrong usage. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command("atelier")
    .description(manifest.description)
    .version(manifest.version)
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(add --help to see what is possible)")
    .exitOverride();
  for (const add of [
    addRunCommand,
    addDemoCommand,
    addPresetsCommand,
    addRecipeCommand,
    addWeightsCommand,
    addEvaluateCommand,
    addBenchCommand,
    addDoctorCommand,
  ])
    add(program);
  leavePipesQuietly();
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(error, argv);
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error.exitCode !== 0) printFailureAsJson(error.message, argv);
  }
}

/** `atelier … | head` ends when head does, without a stack trace. */
function leavePipesQuietly(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(EXIT.failed);
      throw error;
    });
}
