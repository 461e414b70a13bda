import type { Command } from "commander";
import { EXIT } from "../../terminal/exit.ts";
import { paint, printJson, say } from "../../terminal/print.ts";
import { jsonOption } from "../options.ts";

interface TensorflowArguments {
  fromPython?: string;
  undo?: boolean;
  json?: boolean;
}

export function addSetupTensorflow(setup: Command): void {
  setup
    .command("tensorflow")
    .summary("TensorFlow, for the engine tfjs")
    .description(
      "Finds TensorFlow or fetches it, compiles the binding for it, and tries both. Needs Python 3 and a C++ compiler. What is there already stays.",
    )
    .option("--from-python <path>", "a Python that has TensorFlow, instead of fetching it")
    .option("--undo", "remove all that this made")
    .addOption(jsonOption())
    .action(async ({ fromPython, undo, json }: TensorflowArguments) => {
      const { setUpTensorflow, undoTensorflow } = await import("../../../daemon/foreground.ts");
      if (undo) {
        const report = await undoTensorflow();
        if (json) printJson(report);
        else say(report.isRemoved ? `removed ${report.folder}` : `there is nothing in ${report.folder}`);
        return;
      }
      const stop = new AbortController();
      const interrupt = () => stop.abort();
      process.once("SIGINT", interrupt);
      try {
        const report = await setUpTensorflow({
          ...(fromPython !== undefined && { fromPython }),
          signal: stop.signal,
          reporter: {
            step: (text) => say(`${paint("cyan", "·")} ${text}`),
            line: (text) => say(`  ${paint("dim", text)}`),
          },
        });
        if (json) return printJson(report);
        const device = report.isGpu ? "a GPU" : "the CPU";
        say(
          `${paint("green", "ready")}: TensorFlow ${report.tensorflow} on ${device}; use it: --engine tfjs`,
        );
      } catch (error) {
        if (stop.signal.aborted) process.exitCode = EXIT.interrupted;
        throw error;
      } finally {
        process.off("SIGINT", interrupt);
      }
    });
}
