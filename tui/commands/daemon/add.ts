import type { Command } from "commander";
import type { Job } from "../../../shared/jobs.ts";
import { addJobs } from "../../client/add-jobs.ts";
import { resolveAddress } from "../../client/address.ts";
import { readOut } from "../../client/out-path.ts";
import { addJobOptions, isForSeries, type JobArguments, recipesFrom } from "../../recipe/jobs.ts";
import { interruptible } from "../../terminal/interruptible.ts";
import { stateText, titleOf } from "../../terminal/job-text.ts";
import { paint, paintOut, print, say } from "../../terminal/print.ts";
import { asksDaemon, noteLateChanges, notePausedQueue } from "./command.ts";

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
    async (options) => {
      const recipes = await recipesFrom(options);
      const isSeries = await isForSeries(options);
      const out = await readOut(resolveAddress(options), options.out, recipes.length, isSeries);
      const onAdded = options.json ? () => {} : tellOf;
      return async (daemon) => {
        const jobs = await interruptible(
          async (signal) => await addJobs(daemon, recipes, options, { out, signal, onAdded }),
          () => say(`\n${paint("yellow", "stopping")} after this job; Ctrl+C again: at once`),
        );
        noteLateChanges(recipes[0]?.timeline ?? [], jobs);
        await notePausedQueue(daemon);
        return jobs;
      };
    },
    (jobs, { hold }) => {
      const [job, ...others] = jobs;
      if (job === undefined || others.length > 0) return;
      say(hold ? `start it with: atelier resume ${job.id}` : `watch it with: atelier watch ${job.id}`);
    },
  );
}

function tellOf(job: Job): void {
  const { id, recipe, plan } = job;
  print(`${paintOut("bold", id)} ${stateText(job)}  ${titleOf(recipe)}  ${plan.width}×${plan.height}`);
}
