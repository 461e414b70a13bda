import type { Command } from "commander";
import { addDaemonOptions, type DaemonArguments } from "../options.ts";

export function addStudioCommand(program: Command): void {
  addDaemonOptions(
    program
      .command("studio")
      .summary("watch and steer in the terminal; also without any command")
      .description("Opens the terminal interface: queue, picture, losses and controls."),
  ).action(async (options: DaemonArguments) => {
    // The library that colours the screen does not know this convention.
    if (process.env["NO_COLOR"]) process.env["FORCE_COLOR"] = "0";
    const { openApp } = await import("../../app/main.tsx");
    await openApp(options);
  });
}
