import { type Command, Option } from "commander";
import { readSettings } from "../../app/settings.ts";
import { resolveAddress } from "../../client/address.ts";
import { Connection } from "../../client/connection.ts";
import { takeTerminal } from "../../terminal/terminal.ts";
import { addAddressOptions, type DaemonArguments } from "../options.ts";
import { addTerminalOptions, type TerminalArguments, wishesFrom } from "../terminal-options.ts";
import { tellEvents } from "./plain.ts";
import { staySmall } from "./stay-small.ts";

export function addStudioCommand(program: Command): void {
  const command = addAddressOptions(
    program
      .command("studio")
      .summary("watch and steer in the terminal; also without any command")
      .description("Opens the terminal interface: queue, picture, losses and controls."),
  );
  addTerminalOptions(command)
    .addOption(
      new Option("--plain", "one line for each event instead, until Ctrl+C; also for screen readers"),
    )
    .action(async (options: DaemonArguments & TerminalArguments & { plain?: boolean }) => {
      const address = resolveAddress(options);
      // A terminal that says that it can do nothing is not drawn on.
      const isDumb = process.env["TERM"] === "dumb";
      if (options.plain || isDumb) return await tellEvents(address, options.ascii === true);
      staySmall();
      const settings = readSettings();
      const wishes = wishesFrom(options);
      const terminal = takeTerminal(wishes);
      const daemon = new Connection(address);
      try {
        // While the terminal and the daemon answer the rest is loaded.
        const { Mirror } = await import("../../app/mirror.ts");
        const mirror = new Mirror(daemon);
        daemon.start();
        const { openApp } = await import("../../app/main.tsx");
        await openApp(mirror, terminal, settings);
      } finally {
        daemon.close();
        terminal.screen.give();
        terminal.input.close();
      }
    });
}
