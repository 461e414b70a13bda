import { writeFile } from "node:fs/promises";
import { madeBy } from "../../shared/controls.ts";
import { UserError, writeProblem } from "../../shared/errors.ts";
import type { Connection } from "./connection.ts";
import { readPicture } from "./read-picture.ts";

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
  const { job, timeline } = await daemon.request("show", { job: id });
  const { iteration, bytes } = await readPicture(daemon, job.id, at);
  const recipe = picture.replace(/\.png$/, ".json");
  await write(picture, bytes);
  const made = madeBy(timeline, iteration);
  await write(recipe, `${JSON.stringify({ recipe: job.recipe, timeline: made }, null, 2)}\n`);
  const isEnd = job.status.state === "done" && iteration === job.progress?.iteration;
  return { job: job.id, iteration, isEnd, picture, recipe, bytes: bytes.length };
}

async function write(file: string, content: Buffer | string): Promise<void> {
  try {
    await writeFile(file, content);
  } catch (error) {
    throw new UserError(writeProblem(file, error));
  }
}
