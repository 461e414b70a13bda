import { type Command, Option } from "commander";
import { UsageError } from "../../../shared/errors.ts";
import type { Job } from "../../../shared/jobs.ts";
import type { Connection } from "../../client/connection.ts";
import { listAll } from "../../client/list-all.ts";
import { stateText, titleOf } from "../../terminal/job-text.ts";
import { paintOut, print } from "../../terminal/print.ts";
import { asksDaemon } from "./command.ts";

interface Verb {
  readonly name: "pause" | "resume" | "cancel" | "retry" | "remove";
  readonly summary: string;
  /** Which of a group's jobs it makes sense for. */
  readonly applies: (job: Job) => boolean;
  readonly act: (daemon: Connection, job: string) => Promise<unknown>;
}

const isWaiting = ({ status }: Job) => status.state === "queued" || status.state === "running";
const isOver = ({ status }: Job) => status.state === "failed" || status.state === "cancelled";

/** What can be done to one job or several. */
const VERBS: readonly Verb[] = [
  {
    name: "pause",
    summary: "pause jobs at their next iteration, or with --queue the whole queue",
    applies: isWaiting,
    act: async (daemon, job) => await daemon.request("pause", { job }),
  },
  {
    name: "resume",
    summary: "take paused or held jobs up again, or with --queue the whole queue",
    applies: ({ status }) => status.state === "paused" || (status.state === "queued" && status.held),
    act: async (daemon, job) => await daemon.request("resume", { job }),
  },
  {
    name: "cancel",
    summary: "end jobs; what was made of them stays",
    applies: (job) => isWaiting(job) || job.status.state === "paused",
    act: async (daemon, job) => await daemon.request("cancel", { job }),
  },
  {
    name: "retry",
    summary: "queue failed or cancelled jobs again; they go on from their last checkpoint",
    applies: isOver,
    act: async (daemon, job) => await daemon.request("retry", { job }),
  },
  {
    name: "remove",
    summary: "delete jobs with their checkpoints and stored pictures",
    applies: (job) => isOver(job) || job.status.state === "done",
    act: async (daemon, job) => await daemon.request("remove", { job }),
  },
];

export function addVerbCommands(program: Command): void {
  for (const verb of VERBS) {
    const isForQueue = verb.name === "pause" || verb.name === "resume";
    const command = program
      .command(verb.name)
      .summary(verb.summary)
      .description(`${verb.summary[0]?.toUpperCase()}${verb.summary.slice(1)}.`)
      .argument("[jobs...]", "ids, or unique beginnings of ids")
      .addOption(new Option("--group <name>", "all jobs of a group that it makes sense for"));
    if (isForQueue) command.addOption(new Option("--queue", "the whole queue"));
    asksDaemon<[string[]], { group?: string; queue?: boolean }, Job[]>(
      command,
      async (daemon, { group, queue }, ids) => {
        if (queue && (verb.name === "pause" || verb.name === "resume")) {
          await daemon.request(verb.name, { job: null });
          return [];
        }
        const named = await targets(daemon, verb, ids, group);
        for (const { id } of named) await verb.act(daemon, id);
        if (verb.name === "remove") return named;
        return await Promise.all(
          named.map(async ({ id }) => (await daemon.request("show", { job: id })).job),
        );
      },
      (jobs, { queue }) => {
        if (queue) print(`the queue is ${verb.name === "pause" ? "paused" : "at work"}`);
        else if (jobs.length === 0) print("no job to do that to");
        for (const job of jobs)
          print(
            `${paintOut("bold", job.id)} ${verb.name === "remove" ? "removed" : stateText(job)}  ${titleOf(job.recipe)}`,
          );
      },
    );
  }
}

async function targets(
  daemon: Connection,
  verb: Verb,
  ids: readonly string[],
  group: string | undefined,
): Promise<Job[]> {
  if (group !== undefined) {
    const all = await listAll(daemon, { states: null, group });
    return all.filter(verb.applies);
  }
  if (ids.length === 0) throw new UsageError(`which jobs? name their ids, or --group NAME`);
  return await Promise.all(ids.map(async (job) => (await daemon.request("show", { job })).job));
}
