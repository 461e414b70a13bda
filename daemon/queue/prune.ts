import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isFinished, type Job } from "../../shared/jobs.ts";
import { recipeSchema, referencesOf } from "../../shared/recipe.ts";
import type { Params, Result } from "../../shared/requests.ts";
import type { JobBook } from "./job-book.ts";
import type { HomeLayout } from "./layout.ts";
import type { PictureStore } from "./picture-store.ts";

const DAY_MS = 24 * 3600 * 1000;

/** What jobs that ended long ago take up, and with `remove` frees it: their checkpoints, or all of them. */
export async function prune(
  { days, jobs: wholeJobs, remove }: Params<"prune">,
  book: JobBook,
  layout: HomeLayout,
  pictures: PictureStore,
): Promise<Result<"prune">> {
  const { store } = book;
  // A folder that cannot be kept any longer is one that nothing else needs.
  const old = store.finishedBefore(Date.now() - days * DAY_MS).filter(isFinished);
  const freed = { jobs: 0, checkpoints: 0, pictures: 0, bytes: 0 };
  for (const job of old) {
    const rows = store.checkpoints(job.id);
    if (wholeJobs) {
      freed.bytes += await layout.jobBytes(job.id);
      if (remove) {
        book.remove(job.id);
        await layout.removeJobFolder(job.id);
      }
      freed.jobs++;
    } else {
      freed.bytes += await checkpointBytes(job, book, layout, remove);
    }
    freed.checkpoints += rows.length;
  }
  const leaving = new Set(wholeJobs ? old.map(({ id }) => id) : []);
  const needed = new Set<string>();
  for (const { id, recipe } of store.recipes())
    if (!leaving.has(id))
      for (const { sha256 } of referencesOf(recipeSchema.parse(JSON.parse(recipe))))
        if (sha256 !== undefined) needed.add(sha256);
  for (const { path, bytes } of await pictures.unneeded((sha256) => needed.has(sha256))) {
    freed.pictures++;
    freed.bytes += bytes;
    if (remove) await rm(path, { force: true });
  }
  return freed;
}

async function checkpointBytes(
  job: Job,
  book: JobBook,
  layout: HomeLayout,
  remove: boolean,
): Promise<number> {
  let bytes = 0;
  for (const { iteration, picture, state } of book.store.checkpoints(job.id)) {
    if (remove) book.store.removeCheckpoint(job.id, iteration);
    for (const name of [picture, state]) {
      if (name === null) continue;
      const path = join(layout.jobFolder(job.id), name);
      bytes += (await stat(path).catch(() => ({ size: 0 }))).size;
      if (remove) await rm(path, { force: true });
    }
  }
  return bytes;
}
