import type { Command } from "commander";
import { UserError } from "../../../shared/errors.ts";
import { readPicture } from "../../client/read-picture.ts";
import { titleOf } from "../../terminal/job-text.ts";
import { printPicture, showsPictures } from "../../terminal/picture.ts";
import { paintOut, print } from "../../terminal/print.ts";
import { addAddressOptions, type DaemonArguments } from "../options.ts";
import { momentFrom } from "./moment.ts";
import { withDaemon } from "./session.ts";

export function addViewCommand(program: Command): void {
  const command = program
    .command("view")
    .summary("print the pictures of jobs in the terminal")
    .description(
      "Prints the pictures of jobs, or of their checkpoints, in the terminal, one below the other.",
    )
    .argument("<jobs[@iteration]...>", "such as 3f9 or 3f9@120; without an iteration, the newest picture");
  addAddressOptions(command).action(async (texts: string[], options: DaemonArguments) => {
    const moments = texts.map(momentFrom);
    if (!showsPictures(process.stdout))
      throw new UserError(
        `pictures are printed in a terminal with colours only; write a file with: atelier export ${texts[0]}`,
      );
    await withDaemon(options, async (daemon) => {
      for (const moment of moments) {
        const { job } = await daemon.request("show", { job: moment.job });
        const { iteration, bytes } = await readPicture(daemon, job.id, moment.iteration);
        await printPicture(bytes, process.stdout);
        print(`${paintOut("bold", job.id)} at iteration ${iteration}  ${titleOf(job.recipe)}`);
      }
    });
  });
}
