import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Job } from "../../shared/jobs.ts";
import { referencesOf } from "../../shared/recipe.ts";
import type { Params, Result } from "../../shared/requests.ts";
import { inTurns } from "../in-turns.ts";
import type { JobBook } from "./job-book.ts";
import type { HomeLayout } from "./layout.ts";
import type { PictureStore } from "./picture-store.ts";
import { RefusedError } from "./refused-error.ts";
import { removeJob } from "./remove-job.ts";

const DAY_MS = 24 * 3600 * 1000;

/** What jobs that ended long ago take up, and with `remove` frees it: their checkpoints, or all of them. */
export async function prune(
  { days, jobs: wholeJobs, remove }: Params<"prune">,
  book: JobBook,
  layout: HomeLayout,
  pictures: PictureStore,
): Promise<Result<"prune">> {
  const { store } = book;
  const began = Date.now();
  const limit = began - days * DAY_MS;
  /** Asked again right before anything goes: it may be gone by now, or have been taken up again. */
  const isStillOld = (id: string) => {
    const { job } = store.find(id) ?? {};
    return job !== undefined && "at" in job.status && job.status.at < limit;
  };
  const freed = { jobs: 0, checkpoints: 0, pictures: 0, bytes: 0 };
  for await (const id of inTurns(store.ended(0, limit))) {
    const rows = store.checkpoints(id);
    const bytes = wholeJobs
      ? await layout.jobBytes(id)
      : sum(rows.map((row) => row.picture_bytes + row.state_bytes));
    if (!isStillOld(id)) continue;
    if (remove && wholeJobs) {
      await removeJob(book, layout, id, () => {
        if (!isStillOld(id)) throw new RefusedError("refused", `job ${id} was taken up again meanwhile`);
      });
    } else if (remove) {
      store.atomically(() => {
        for (const { iteration } of rows) store.removeCheckpoint(id, iteration);
      });
      for (const { picture, state } of rows)
        for (const name of [picture, ...(state === null ? [] : [state])])
          await rm(join(layout.jobFolder(id), name), { force: true });
    }
    if (wholeJobs) freed.jobs++;
    freed.checkpoints += rows.length;
    freed.bytes += bytes;
  }
  for (const id of await layout.leftFolders((name) => store.find(name) !== undefined)) {
    freed.bytes += await layout.jobBytes(id);
    if (remove) await layout.removeJobFolder(id);
  }
  const needed = new Set<string>();
  const need = (job: Job | undefined) => {
    for (const { sha256 } of job === undefined ? [] : referencesOf(job.recipe))
      if (sha256 !== undefined) needed.add(sha256);
  };
  for await (const id of inTurns(store.ended(wholeJobs ? limit : 0))) need(store.find(id)?.job);
  const { pictures: count, bytes } = await pictures.clean(() => {
    // All that had not ended when this began: new ones, and others with what they need by now.
    for (const { job } of book.unfinished) need(job);
    for (const id of store.ended(began)) need(store.find(id)?.job);
    return needed;
  }, remove);
  return { ...freed, pictures: count, bytes: freed.bytes + bytes };
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
