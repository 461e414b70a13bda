import { type Command, Option } from "commander";
import { UsageError, UserError } from "../../../shared/errors.ts";
import { isFinished, type Job } from "../../../shared/jobs.ts";
import { orderedFor, VERBS, type VerbName } from "../../../shared/verbs.ts";
import type { Connection } from "../../client/connection.ts";
import { RefusedByDaemonError } from "../../client/link-problems.ts";
import { listAll, listGroup } from "../../client/list-all.ts";
import { PartlyDoneError } from "../../terminal/exit.ts";
import { stateText, titleOf } from "../../terminal/job-text.ts";
import { count, paintOut, print } from "../../terminal/print.ts";
import { groupOption, jobsArgument } from "../options.ts";
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

interface VerbArguments {
  group?: string;
  all?: boolean;
  queue?: boolean;
  yes?: boolean;
}

export function addVerbCommands(program: Command): void {
  for (const [verb, summary] of Object.entries(SUMMARIES) as [Verb, string][]) {
    const isForQueue = verb === "pause" || verb === "resume";
    const command = program
      .command(verb)
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
      .addArgument(jobsArgument())
      .addOption(groupOption("all jobs of a group that it makes sense for"))
      .addOption(new Option("--all", "all jobs that it makes sense for"));
    if (isForQueue) command.addOption(new Option("--queue", "the whole queue"));
    if (verb === "remove")
      command.addOption(new Option("--yes", "with --all: they are meant, with what they made"));
    asksDaemon<[string[]], VerbArguments, Job[]>(
      command,
      ({ json, ...options }, ids) => {
        checkNamed(ids, options, isForQueue);
        return async (daemon) => {
          if (options.queue && isForQueue) {
            await daemon.request(verb, { job: null });
            return [];
          }
          const jobs: Job[] = [];
          const problems: string[] = [];
          // What can be done is done, as other commands on several things do.
          for (const id of await targets(daemon, verb, ids, options))
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
        };
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

/** Throws where it is not said which jobs are meant, or in two ways: one of them would be passed over. */
function checkNamed(ids: readonly string[], { group, all, queue }: VerbArguments, isForQueue: boolean): void {
  const ways = [ids.length > 0, group !== undefined, all, queue].filter((way) => way === true).length;
  if (ways === 1) return;
  const others = `--group NAME${isForQueue ? ", --all, or --queue for the queue itself" : " or --all"}`;
  throw new UsageError(`which jobs? name their ids, or ${others}${ways === 0 ? "" : "; only one of these"}`);
}

async function targets(
  daemon: Connection,
  verb: Verb,
  ids: readonly string[],
  { group, all, yes }: VerbArguments,
): Promise<readonly string[]> {
  if (group === undefined && !all) return ids;
  const jobs =
    group === undefined
      ? await listAll(daemon, { states: null, group: null })
      : await listGroup(daemon, group);
  // What still waits is only deleted by its name.
  const meant = jobs.filter((job) => VERBS[verb].applies(job) && (verb !== "remove" || isFinished(job)));
  if (verb === "remove" && all && !yes && meant.length > 0)
    throw new UsageError(
      `${count(meant.length, "job")} that ended would be deleted with what they made; if that is meant: atelier remove --all --yes`,
    );
  return orderedFor(verb, meant).map(({ id }) => id);
}
