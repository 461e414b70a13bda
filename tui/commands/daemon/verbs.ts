import { type Command, Option } from "commander";
import { UsageError, UserError } from "../../../shared/errors.ts";
import { isFinished, type Job } from "../../../shared/jobs.ts";
import { orderedFor, VERBS, type VerbName } from "../../../shared/verbs.ts";
import type { Connection } from "../../client/connection.ts";
import { RefusedByDaemonError } from "../../client/link-problems.ts";
import { listAll } from "../../client/list-all.ts";
import { PartlyDoneError } from "../../terminal/exit.ts";
import { stateText, titleOf } from "../../terminal/job-text.ts";
import { paintOut, print } from "../../terminal/print.ts";
import { asksDaemon } from "./command.ts";

/** What can be done to one job or several. */
const SUMMARIES = {
  pause: "pause jobs at their next iteration, or with --queue the whole queue",
  resume: "take paused or held jobs up again, or with --queue the whole queue",
  cancel: "end jobs; what was made of them stays",
  retry: "queue failed or cancelled jobs again; they go on from their last checkpoint",
  remove: "delete jobs with their checkpoints and stored pictures",
} as const satisfies Partial<Record<VerbName, string>>;

type Verb = keyof typeof SUMMARIES;

export function addVerbCommands(program: Command): void {
  for (const [verb, summary] of Object.entries(SUMMARIES) as [Verb, string][]) {
    const isForQueue = verb === "pause" || verb === "resume";
    const command = program
      .command(verb)
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
      .argument("[jobs...]", "ids, or unique beginnings of ids")
      .addOption(new Option("--group <name>", "all jobs of a group that it makes sense for"));
    if (isForQueue) command.addOption(new Option("--queue", "the whole queue"));
    asksDaemon<[string[]], { group?: string; queue?: boolean }, Job[]>(
      command,
      async (daemon, { group, queue, json }, ids) => {
        if (queue && isForQueue) {
          await daemon.request(verb, { job: null });
          return [];
        }
        const jobs: Job[] = [];
        const problems: string[] = [];
        // What can be done is done, as other commands on several things do.
        for (const id of await targets(daemon, verb, ids, group))
          try {
            jobs.push(await doneTo(daemon, verb, id));
          } catch (error) {
            if (!(error instanceof UserError)) throw error;
            problems.push(error.message);
            if (!(error instanceof RefusedByDaemonError)) break;
          }
        if (problems.length === 0) return jobs;
        if (json !== true) tellJobs(verb, jobs);
        throw new PartlyDoneError(problems, { jobs });
      },
      (jobs, { queue }) => {
        if (queue) print(`the queue is ${verb === "pause" ? "paused" : "at work"}`);
        else if (jobs.length === 0) print("no job to do that to");
        tellJobs(verb, jobs);
      },
    );
  }
}

async function doneTo(daemon: Connection, verb: Verb, id: string): Promise<Job> {
  // Only of the whole queue no job is answered.
  if (verb !== "remove") return (await daemon.request(verb, { job: id })) as Job;
  // What is removed can be shown only before.
  const { job } = await daemon.request("show", { job: id });
  await daemon.request("remove", { job: job.id });
  return job;
}

function tellJobs(verb: Verb, jobs: readonly Job[]): void {
  for (const job of jobs)
    print(
      `${paintOut("bold", job.id)} ${verb === "remove" ? "removed" : stateText(job)}  ${titleOf(job.recipe)}`,
    );
}

async function targets(
  daemon: Connection,
  verb: Verb,
  ids: readonly string[],
  group: string | undefined,
): Promise<readonly string[]> {
  if (group !== undefined) {
    const all = await listAll(daemon, { states: null, group });
    // What still waits is only deleted by its name.
    const meant = all.filter((job) => VERBS[verb].applies(job) && (verb !== "remove" || isFinished(job)));
    return orderedFor(verb, meant).map(({ id }) => id);
  }
  if (ids.length === 0)
    throw new UsageError(
      `which jobs? name their ids, or --group NAME${verb === "pause" || verb === "resume" ? ", or --queue for all" : ""}`,
    );
  return ids;
}
