import type { Command } from "commander";
import { controlsOf, presentRecipe } from "../../../shared/controls.ts";
import type { Result } from "../../../shared/requests.ts";
import { factsOf } from "../../terminal/job-facts.ts";
import { titleOf } from "../../terminal/job-text.ts";
import { formatNumber, paintOut, print } from "../../terminal/print.ts";
import { jobArgument } from "../options.ts";
import { asksDaemon } from "./command.ts";

export function addShowCommand(program: Command): void {
  asksDaemon<[string], object, Result<"show">>(
    program
      .command("show")
      .summary("all about a job")
      .description("Shows a job: its state, recipe, losses and controls.")
      .addArgument(jobArgument()),
    (_options, job) => async (daemon) => await daemon.request("show", { job }),
    ({ job, timeline, checkpoints }) => {
      const row = (name: string, text: string) => print(`${paintOut("dim", name.padEnd(11))} ${text}`);
      print(`${paintOut("bold", job.id)}  ${titleOf(job.recipe)}`);
      for (const [name, lines] of Object.entries(factsOf(job)))
        for (const [i, text] of lines.entries()) row(i === 0 ? name : "", text);
      const made = timeline.filter(({ changes }) => Object.keys(changes).length > 0);
      row("checkpoints", `${checkpoints.length}, changes ${made.length}; see: atelier checkpoints ${job.id}`);
      const present = presentRecipe(job, timeline);
      row(
        "controls",
        controlsOf(present)
          .map(({ name, value }) => `${name}=${formatNumber(value)}`)
          .join(" "),
      );
    },
  );
}
