import type { Command } from "commander";
import type { Job } from "../../../shared/jobs.ts";
import { addJobs } from "../../client/add-jobs.ts";
import { addJobOptions, isForSeries, type JobArguments, recipesFrom } from "../../recipe/jobs.ts";
import { stateText, titleOf } from "../../terminal/job-text.ts";
import { paintOut, print, say } from "../../terminal/print.ts";
import { asksDaemon, notePausedQueue } from "./command.ts";

export function addAddCommand(program: Command): void {
  const command = program
    .command("add")
    .summary("put jobs into the queue")
    .description("Puts a job into the daemon's queue, or one for every photo, or every photo and painting.");
  addJobOptions(command).addHelpText(
    "after",
    `
Examples:
  atelier add --content photo.jpg --style painting.jpg --out result.png
  atelier add --content photo.jpg --style 'paintings/*.jpg' --each --out results --group paintings
  atelier add --content 'holiday/*.jpg' --style painting.jpg --size 1024 --out results
  atelier add --recipe result.png --seed 7 --after 3f9`,
  );
  asksDaemon<[], JobArguments, Job[]>(
    command,
    async (daemon, options) => {
      const jobs = await addJobs(daemon, await recipesFrom(options), options, await isForSeries(options));
      await notePausedQueue(daemon);
      return jobs;
    },
    (jobs) => {
      for (const job of jobs)
        print(
          `${paintOut("bold", job.id)} ${stateText(job)}  ${titleOf(job.recipe)}  ${job.plan.width}×${job.plan.height}`,
        );
      if (jobs.length === 1) say(`watch it with: atelier watch ${jobs[0]?.id}`);
    },
  );
}
