import type { Command } from "commander";
import { interruptible } from "../../terminal/interruptible.ts";
import { paint, printJson, say } from "../../terminal/print.ts";
import { jsonOption } from "../options.ts";

/** How a setup is told of, stopped, and given what it need not fetch. */
interface Options {
  readonly fromPython?: string;
  readonly signal: AbortSignal;
  readonly reporter: { step(text: string): void; line(text: string): void };
}

/** Something that can be set up and taken away again. */
interface Part<Report, Undone> {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** What a Python that is named must have; none can be named where this is left out. */
  readonly pythonHas?: string;
  readonly install: (options: Options) => Promise<Report>;
  /** What is ready then. */
  readonly readyText: (report: Report) => string;
  readonly undo: () => Promise<Undone>;
  readonly undoneText: (undone: Undone) => string;
}

export function addPart<Report, Undone>(setup: Command, part: Part<Report, Undone>): void {
  const { name, summary, description, pythonHas, install, readyText, undo, undoneText } = part;
  const command = setup.command(name).summary(summary).description(description);
  if (pythonHas !== undefined)
    command.option("--from-python <path>", `a Python that has ${pythonHas}, instead of fetching it`);
  command
    .option("--undo", "remove all that this made")
    .addOption(jsonOption())
    .action(async (given: { fromPython?: string; undo?: boolean; json?: boolean }) => {
      if (given.undo) {
        const undone = await undo();
        if (given.json) printJson(undone);
        else say(undoneText(undone));
        return;
      }
      const report = await interruptible(
        async (signal) =>
          await install({
            ...(given.fromPython !== undefined && { fromPython: given.fromPython }),
            signal,
            reporter: {
              step: (text) => say(`${paint("cyan", "·")} ${text}`),
              line: (text) => say(`  ${paint("dim", text)}`),
            },
          }),
      );
      if (given.json) printJson(report);
      else say(`${paint("green", "ready")}: ${readyText(report)}`);
    });
}
