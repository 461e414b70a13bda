import { type Command, Option } from "commander";
import type { Result } from "../../../shared/requests.ts";
import { numberFrom } from "../../recipe/parsers.ts";
import { count, formatBytes, print } from "../../terminal/print.ts";
import { asksDaemon } from "./command.ts";

interface PruneArguments {
  days: number;
  jobs?: boolean;
  yes?: boolean;
}

export function addPruneCommand(program: Command): void {
  asksDaemon<[], PruneArguments, Result<"prune">>(
    program
      .command("prune")
      .summary("free the disk of what old jobs left")
      .description(
        "Shows what the checkpoints of ended jobs and unused input pictures take up; with --yes deletes them. Results stay, unless --jobs.",
      )
      .addOption(
        new Option("--days <n>", "of jobs that ended so many days ago")
          .argParser(numberFrom({ min: 0, max: 36_500 }))
          .default(7),
      )
      .addOption(new Option("--jobs", "the jobs themselves, with results and history"))
      .addOption(new Option("--yes", "do it")),
    ({ days, jobs = false, yes = false }) =>
      async (daemon) =>
        await daemon.request("prune", { days, jobs, remove: yes }),
    ({ jobs, checkpoints, pictures, bytes }, { yes }) => {
      const parts = [
        ...(jobs > 0 ? [count(jobs, "job")] : []),
        count(checkpoints, "checkpoint"),
        count(pictures, "input picture"),
      ];
      print(`${yes ? "deleted" : "would delete"} ${parts.join(", ")}: ${formatBytes(bytes)}`);
      if (!yes && bytes > 0) print("to do it, add --yes");
    },
  );
}
