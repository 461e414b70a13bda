import { type Command, Option } from "commander";
import {
  isUnderWay,
  secondsLeft,
  secondsLeftForAll,
  secondsUntilDone,
  speedFrom,
} from "../../../shared/estimate.ts";
import { JOB_STATES, type Job, type JobStateName, UNFINISHED_STATES } from "../../../shared/jobs.ts";
import type { Result } from "../../../shared/requests.ts";
import type { Connection } from "../../client/connection.ts";
import { listAll } from "../../client/list-all.ts";
import { wholeNumber } from "../../recipe/parsers.ts";
import { jobTable, stateText } from "../../terminal/job-text.ts";
import { formatDuration, paintOut, print, say } from "../../terminal/print.ts";
import { groupOption } from "../options.ts";
import { asksDaemon, QUEUE_IS_PAUSED } from "./command.ts";

const NEWEST = 10;

/** What the table says of jobs; some of it is a kind of queued. */
const STATES = [...JOB_STATES, "held", "waiting"] as const;

interface ListArguments {
  state?: (typeof STATES)[number][];
  group?: string;
  all?: boolean;
  limit?: number;
}

export function addListCommand(program: Command): void {
  const command = program
    .command("list")
    .alias("ls")
    .summary("the queue and what was done lately")
    .description("Lists jobs: the queue in its order, then the newest that have ended.")
    .addOption(new Option("--state <states...>", "only jobs in these states").choices(STATES))
    .addOption(groupOption("only jobs of a group"))
    .addOption(
      new Option(
        "--limit <n>",
        `at most so many (default: all that are looked for, or the queue and ${NEWEST} more)`,
      ).argParser(wholeNumber({ min: 1, max: 500 })),
    )
    .addOption(new Option("--all", "the whole history"))
    .addHelpText(
      "after",
      `
States: queued; after ID: queued until that job is done; held: until atelier
resume ID; waiting: begun, and put back into the queue. A ! after a name means
that atelier show ID says more.`,
    );
  let isPaused = false;
  let more = 0;
  const tellOfMore = () => {
    if (more > 0) say(`and ${more} more: atelier list --all`);
  };
  asksDaemon<[], ListArguments, ListedJob[]>(
    command,
    (options) => async (daemon) => {
      const { paused, jobs: counts } = await daemon.request("status", {});
      isPaused = paused;
      const jobs = await jobsFor(daemon, options, counts);
      if (isOpen(options)) more = numberOf(JOB_STATES, counts) - jobs.length;
      if (options.json) tellOfMore();
      return withTimeLeft(jobs);
    },
    (jobs, options) => {
      if (jobs.length === 0) print(wordsForNone(options));
      if (isPaused) print(paintOut("yellow", QUEUE_IS_PAUSED));
      if (jobs.length === 0) return;
      const speed = speedFrom(jobs.toReversed());
      for (const line of jobTable(jobs, speed, process.stdout.columns ?? 200)) print(line);
      tellOfMore();
      const total = secondsLeftForAll(jobs, secondsUntilDone(jobs, speed));
      const waiting = jobs.filter(isUnderWay);
      if (waiting.length > 1 && total !== undefined)
        print(paintOut("dim", `${waiting.length} jobs, ${formatDuration(total)} left`));
    },
  );
}

/** A filter that lets none through does not mean that there are none. */
function wordsForNone({ state, group }: ListArguments): string {
  if (state === undefined && group === undefined)
    return "no jobs; add one with: atelier add --content PHOTO --style PAINTING";
  return [
    "no jobs",
    ...(group === undefined ? [] : [group === "" ? "without a label" : `of the group ${group}`]),
    ...(state === undefined ? [] : [`that are ${state.join(" or ")}`]),
  ].join(" ");
}

/** A job with the estimate that people see in the table, for those who read JSON. */
type ListedJob = Job & { readonly secondsLeft: number | null };

function withTimeLeft(jobs: readonly Job[]): ListedJob[] {
  const speed = speedFrom(jobs.toReversed());
  return jobs.map((job) => ({
    ...job,
    secondsLeft: isUnderWay(job) ? (secondsLeft(job, speed) ?? null) : null,
  }));
}

/** It is not said which jobs, nor how many: the queue and some more. */
function isOpen({ state, group, all, limit }: ListArguments): boolean {
  return state === undefined && group === undefined && !all && limit === undefined;
}

type StateCounts = Result<"status">["jobs"];

function numberOf(states: readonly JobStateName[], counts: StateCounts): number {
  return states.reduce((total, state) => total + (counts[state] ?? 0), 0);
}

async function jobsFor(daemon: Connection, options: ListArguments, counts: StateCounts): Promise<Job[]> {
  const { state: wanted, group = null, limit } = options;
  const most = isOpen(options) ? numberOf(UNFINISHED_STATES, counts) + NEWEST : limit;
  if (!wanted?.some((one) => one === "held" || one === "waiting"))
    return await listAll(daemon, { states: (wanted as JobStateName[] | undefined) ?? null, group }, most);
  // The daemon knows no such states: the queue is looked through here.
  const states = wanted.map((one): JobStateName => (one === "held" || one === "waiting" ? "queued" : one));
  const jobs = (await listAll(daemon, { states, group })).filter(
    (job) => wanted.includes(job.status.state) || wanted.some((one) => one === stateText(job)),
  );
  return jobs.slice(0, limit);
}
