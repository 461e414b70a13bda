import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { madeBy } from "../../shared/controls.ts";
import { codeOf, UserError, writeProblem } from "../../shared/errors.ts";
import type { Connection } from "./connection.ts";
import { readPicture } from "./read-picture.ts";
import { writeWhole } from "./write-whole.ts";

export interface Exported {
  readonly job: string;
  readonly iteration: number;
  /** The job is done, and this is what came out. */
  readonly isEnd: boolean;
  readonly picture: string;
  readonly recipe: string;
  readonly bytes: number;
}

/** Writes the picture of a job, or of one of its checkpoints, and its recipe with timeline as .json beside it. */
export async function exportJob(
  daemon: Connection,
  id: string,
  at: number | null,
  picture: string,
): Promise<Exported> {
  const { job, timeline, iteration, bytes } = await pictureWithTimeline(daemon, id, at);
  const recipe = picture.replace(/\.png$/i, ".json");
  await refuseForeign(recipe);
  await writeWhole(
    [recipe, `${JSON.stringify({ recipe: job.recipe, timeline }, null, 2)}\n`],
    [picture, bytes],
  );
  const isEnd = job.status.state === "done" && iteration === job.progress?.iteration;
  return { job: job.id, iteration, isEnd, picture, recipe, bytes: bytes.length };
}

/** A picture and what was made of the timeline by then: the job may be changed, or go back, while the picture comes. */
async function pictureWithTimeline(daemon: Connection, id: string, at: number | null) {
  for (let before = await daemon.request("show", { job: id }); ; ) {
    const { iteration, bytes } = await readPicture(daemon, before.job.id, at);
    const { job, timeline } = await daemon.request("show", { job: before.job.id });
    const made = madeBy(timeline, iteration);
    if (isDeepStrictEqual(made, madeBy(before.timeline, iteration)))
      return { job, timeline: made, iteration, bytes };
    before = { ...before, job, timeline };
  }
}

/** Only the picture was named: what else lies beside it, such as a package.json, is not written over. */
async function refuseForeign(recipe: string): Promise<void> {
  let there: unknown;
  try {
    there = JSON.parse(await readFile(recipe, "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return;
    if (!(error instanceof SyntaxError)) throw new UserError(writeProblem(recipe, error));
  }
  if (typeof there !== "object" || there === null || !("recipe" in there))
    throw new UserError(
      `${recipe} is there and was not exported by atelier; move it away, or export under another name`,
    );
}
