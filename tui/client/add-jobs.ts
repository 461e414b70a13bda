import type { RecordedRecipe } from "../../daemon/foreground.ts";
import { InterruptedError, UserError } from "../../shared/errors.ts";
import type { Job } from "../../shared/jobs.ts";
import type { PictureReference } from "../../shared/recipe.ts";
import { predecessorsOf, type QueueArguments } from "../recipe/jobs.ts";
import { EXIT, PartlyDoneError } from "../terminal/exit.ts";
import type { Connection } from "./connection.ts";
import { UnreachableError } from "./link-problems.ts";
import { type Out, placesFor } from "./out-path.ts";
import { reachableRecipe } from "./reachable-recipe.ts";

interface Adding {
  readonly out?: Out;
  /** Ends it after the job at hand. */
  readonly signal?: AbortSignal;
  readonly onAdded?: (job: Job) => void;
}

/** Adds a job for each recipe. */
export async function addJobs(
  daemon: Connection,
  wanted: readonly RecordedRecipe[],
  options: Omit<QueueArguments, "out">,
  { out = null, signal, onAdded = () => {} }: Adding = {},
): Promise<Job[]> {
  const jobs: Job[] = [];
  const placeOf = await placesFor(daemon, out);
  const problems: string[] = [];
  const sent = new Map<string, PictureReference>();
  // One bad picture of many keeps no other out.
  for (const one of wanted) {
    if (signal?.aborted) break;
    try {
      const job = await addJob(daemon, one, options, placeOf(one.recipe), sent);
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
  options: Omit<QueueArguments, "out">,
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
