import { existsSync } from "node:fs";
import { join } from "node:path";
import type { RecordedRecipe } from "../../daemon/foreground.ts";
import { InterruptedError, UserError } from "../../shared/errors.ts";
import { type Job, UNFINISHED_STATES } from "../../shared/jobs.ts";
import { makeFolder } from "../../shared/make-folder.ts";
import type { PictureReference, Recipe } from "../../shared/recipe.ts";
import { predecessorsOf, type QueueArguments } from "../recipe/jobs.ts";
import { EXIT, PartlyDoneError } from "../terminal/exit.ts";
import { titleOf } from "../terminal/job-text.ts";
import type { Connection } from "./connection.ts";
import { UnreachableError } from "./link-problems.ts";
import { listAll } from "./list-all.ts";
import { kindOfOut, outPath } from "./out-path.ts";
import { reachableRecipe } from "./reachable-recipe.ts";

interface Adding {
  /** They might as well have been more or fewer. */
  readonly isSeries?: boolean;
  /** Ends it after the job at hand. */
  readonly signal?: AbortSignal;
  readonly onAdded?: (job: Job) => void;
}

/** Adds a job for each recipe. */
export async function addJobs(
  daemon: Connection,
  wanted: readonly RecordedRecipe[],
  options: QueueArguments,
  { isSeries = false, signal, onAdded = () => {} }: Adding = {},
): Promise<Job[]> {
  const jobs: Job[] = [];
  const out = await outFor(daemon, options, wanted.length, isSeries);
  const problems: string[] = [];
  const sent = new Map<string, PictureReference>();
  // One bad picture of many keeps no other out.
  for (const one of wanted) {
    if (signal?.aborted) break;
    try {
      const job = await addJob(daemon, one, options, out(one.recipe), sent);
      jobs.push(job);
      onAdded(job);
    } catch (error) {
      if (wanted.length === 1 || !(error instanceof UserError) || error instanceof UnreachableError)
        throw error;
      problems.push(error.message);
    }
  }
  const isStopped = signal?.aborted === true && jobs.length + problems.length < wanted.length;
  if (problems.length === 0 && !isStopped) return jobs;
  if (isStopped && jobs.length === 0) throw new InterruptedError("stopped; no job was added");
  if (jobs.length === 0) throw new UserError([...new Set(problems)].join("; "));
  const ids = jobs.map(({ id }) => id).join(", ");
  const told = `${isStopped ? "stopped; " : ""}${jobs.length} of ${wanted.length} jobs were added: ${ids}`;
  throw new PartlyDoneError([told, ...problems], { jobs }, isStopped ? EXIT.interrupted : EXIT.failed);
}

async function addJob(
  daemon: Connection,
  { recipe, timeline }: RecordedRecipe,
  options: QueueArguments,
  out: string | null,
  sent: Map<string, PictureReference>,
): Promise<Job> {
  return await daemon.request("add", {
    recipe: await reachableRecipe(daemon, recipe, sent),
    timeline: [...timeline],
    out,
    group: options.group ?? "",
    priority: options.priority ?? 0,
    after: predecessorsOf(options) ?? [],
    held: options.hold ?? false,
  });
}

/** Where each job's picture goes: the file itself, or its place in a folder. */
async function outFor(daemon: Connection, { out }: QueueArguments, jobs: number, isSeries: boolean) {
  const path = outPath(daemon, out);
  if (out === undefined || path === null) return () => null;
  // As it was given: a path that is made absolute has lost its last slash.
  if ((await kindOfOut(out, jobs, isSeries)) === "file") return () => path;
  await makeFolder(path);
  // What is there stays, and what will be.
  const waiting = await listAll(daemon, { states: [...UNFINISHED_STATES], group: null });
  const taken = new Set(waiting.map((job) => job.out));
  return (recipe: Recipe) => {
    const name = titleOf(recipe).replaceAll(" × ", "-").replaceAll(" + ", "-");
    let file = join(path, `${name}.png`);
    for (let n = 2; taken.has(file) || existsSync(file); n++) file = join(path, `${name}-${n}.png`);
    taken.add(file);
    return file;
  };
}
