import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { FromWorker } from "../worker/messages.ts";
import { resumePoint, thinnable } from "./checkpoints.ts";
import type { JobBook } from "./job-book.ts";

/** Checkpoints that are kept per job. */
const MAX_CHECKPOINTS = 60;

/**
 * Writes down what a worker saved in a job's folder, and lets go of what it replaces: the older optimiser's state, and
 * a checkpoint that is missed least where there are too many. Throws where the database cannot take it.
 */
export function keepCheckpoint(
  book: JobBook,
  folder: string,
  { type: _type, job, ...files }: Extract<FromWorker, { type: "checkpoint" }>,
): void {
  const { progress } = files;
  const { store } = book;
  const rows = store.checkpoints(job);
  const same = rows.find(({ iteration }) => iteration === progress.iteration);
  // A whole checkpoint of this iteration has this picture too.
  if (same?.state && files.state === null) return;
  const older = rows.filter((row) => row !== same);
  const outdated = files.state === null ? [] : older.filter(({ state }) => state !== null);
  // A whole one takes the place of what the job went on from before.
  const surplus = thinnable(
    older,
    MAX_CHECKPOINTS,
    files.state === null ? resumePoint(store, job) : undefined,
  );
  const { iteration, stage, loss } = progress;
  book.update(job, { progress }, () => {
    for (const row of outdated) store.addCheckpoint(job, { ...row, state: null, state_bytes: 0 });
    if (surplus !== undefined) store.removeCheckpoint(job, surplus.iteration);
    store.addCheckpoint(job, { ...files, iteration, stage, at: Date.now(), loss });
  });
  const unneeded = outdated.map(({ state }) => state ?? "");
  if (surplus !== undefined) unneeded.push(surplus.picture);
  // A file that cannot be deleted is swept when the job is next taken up.
  for (const name of unneeded) rm(join(folder, name), { force: true }).catch(() => {});
}
