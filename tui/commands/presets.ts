import type { Command } from "commander";
import { PRESETS } from "../../shared/presets.ts";
import { paintOut, print, printJson } from "../terminal/print.ts";
import { jsonOption } from "./options.ts";

export function addPresetsCommand(program: Command): void {
  program
    .command("presets")
    .summary("the named methods")
    .description("Lists the named methods.")
    .addOption(jsonOption())
    .action(({ json }: { json?: boolean }) => {
      if (json) return printJson(PRESETS);
      for (const { name, summary, method } of PRESETS) {
        const { objective, schedule } = method;
        print(`${paintOut("bold", name.padEnd(9))} ${summary}`);
        print(
          `          ${objective.pool} pooling · content ${Object.keys(objective.content).join(", ")} (${objective.contentForm}) · style ${Object.keys(objective.style).join(", ")} (${objective.styleForm}) · tv ${objective.tv} · ${schedule.size} px, ${schedule.stages} stages, ${schedule.iterations} iterations`,
        );
      }
    });
}
