import { Command, CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { addBenchCommand } from "./commands/bench.ts";
import { innerCommand } from "./commands/completion/candidates.ts";
import { addCompletionCommand } from "./commands/completion.ts";
import { addAddCommand } from "./commands/daemon/add.ts";
import { addDownCommand } from "./commands/daemon/down.ts";
import { addEditCommand } from "./commands/daemon/edit.ts";
import { addExportCommand } from "./commands/daemon/export.ts";
import { addFilmCommand } from "./commands/daemon/film.ts";
import { addListCommand } from "./commands/daemon/list.ts";
import { addLogsCommand } from "./commands/daemon/logs.ts";
import { addOrderCommands } from "./commands/daemon/order.ts";
import { addPruneCommand } from "./commands/daemon/prune.ts";
import { addShowCommand } from "./commands/daemon/show.ts";
import { addStatusCommand } from "./commands/daemon/status.ts";
import { addSteerCommands } from "./commands/daemon/steer.ts";
import { addStudioCommand } from "./commands/daemon/studio.ts";
import { addUpCommand } from "./commands/daemon/up.ts";
import { addVerbCommands } from "./commands/daemon/verbs.ts";
import { addViewCommand } from "./commands/daemon/view.ts";
import { addWaitCommand } from "./commands/daemon/wait.ts";
import { addWatchCommand } from "./commands/daemon/watch.ts";
import { addDemoCommand } from "./commands/demo.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addEvaluateCommand } from "./commands/evaluate.ts";
import { addPresetsCommand } from "./commands/presets.ts";
import { addRecipeCommand } from "./commands/recipe.ts";
import { addRunCommand } from "./commands/run.ts";
import { addSetupCommand } from "./commands/setup.ts";
import { addWeightsCommand } from "./commands/weights.ts";
import { EXIT, printFailureAsJson, reportFailure } from "./terminal/exit.ts";
import { leavePipesQuietly } from "./terminal/pipes.ts";
import { readable } from "./terminal/print.ts";

/** All commands, as help groups them. */
const COMMANDS: Readonly<Record<string, readonly ((program: Command) => void)[]>> = {
  "At once, in this process:": [addRunCommand, addDemoCommand],
  "The daemon and its queue:": [
    addStudioCommand,
    addUpCommand,
    addDownCommand,
    addStatusCommand,
    addAddCommand,
    addListCommand,
    addShowCommand,
    addViewCommand,
    addWatchCommand,
    addWaitCommand,
    addVerbCommands,
    addOrderCommands,
    addEditCommand,
    addLogsCommand,
    addPruneCommand,
  ],
  "Steering a job:": [addSteerCommands, addExportCommand, addFilmCommand],
  "Knowing more:": [
    addPresetsCommand,
    addRecipeCommand,
    addWeightsCommand,
    addEvaluateCommand,
    addBenchCommand,
    addDoctorCommand,
    addSetupCommand,
    addCompletionCommand,
  ],
};

/** Options of the program itself; any others without a command are the studio's. */
const ABOUT = ["-h", "--help", "-V", "--version"];

/** The `atelier` command. Sets the exit code: 0 for ok, 1 for failed, 2 for wrong usage. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command("atelier")
    .description(manifest.description)
    .version(manifest.version)
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(add --help to see what is possible)")
    .configureOutput({
      writeOut: (text) => process.stdout.write(readable(text)),
      writeErr: (text) => process.stderr.write(readable(text)),
      outputError: (text, write) => write(inOneForm(text)),
    })
    .exitOverride();
  for (const [heading, commands] of Object.entries(COMMANDS)) {
    program.commandsGroup(heading);
    for (const add of commands) add(program);
  }
  leavePipesQuietly();
  try {
    const [, , first = "--"] = argv;
    const isStudio = first.startsWith("-") && !ABOUT.includes(first);
    await program.parseAsync(isStudio ? argv.toSpliced(2, 0, "studio") : withoutHelpForNone(program, argv));
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(error, argv);
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error.exitCode !== 0) printFailureAsJson(inOneForm(error.message).replace(/^error: /, ""), argv);
  }
}

/**
 * Help for what is no command is asked for without "help": commander then says that there is none, and what else may
 * be meant. By itself it prints the help of all.
 */
function withoutHelpForNone(program: Command, argv: readonly string[]): readonly string[] {
  let command = program;
  let help: number | undefined;
  for (const [place, word] of argv.entries()) {
    if (place < 2 || word.startsWith("-")) continue;
    // What is left are operands, and the command would do something.
    if (command.commands.length === 0) return argv;
    const inner = innerCommand(command, word);
    if (inner !== undefined) command = inner;
    else if (word === "help") help ??= place;
    else return help === undefined ? argv : argv.toSpliced(help, 1);
  }
  return argv;
}

/**
 * A wrong argument is told of as a wrong option is: commander calls it a "command-argument value". Help that is
 * printed because a command is missing has no words at all.
 */
function inOneForm(message: string): string {
  if (message === "(outputHelp)") return "which command? all are in: atelier --help";
  return message.replace(
    /command-argument value ('.*') is invalid for argument '(.+)'/,
    "argument '<$2>' $1 is invalid",
  );
}
