import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { UsageError } from "../../shared/errors.ts";
import { UNFINISHED_STATES } from "../../shared/jobs.ts";
import { makeFolder } from "../../shared/make-folder.ts";
import type { Recipe } from "../../shared/recipe.ts";
import { NONE } from "../recipe/parsers.ts";
import { titleOf } from "../terminal/job-text.ts";
import type { Address } from "./address.ts";
import type { Connection } from "./connection.ts";
import { listAll } from "./list-all.ts";

/** Where the daemon is to put pictures, by a path that means the same to it as to us; null for its store alone. */
export type Out = { readonly kind: "file" | "folder"; readonly path: string } | null;

/** What `--out` means for so many jobs. Throws a UsageError where it can be neither a file nor a folder. */
export async function readOut(
  { isLocal }: Address,
  out: string | undefined,
  jobs = 1,
  isSeries = false,
): Promise<Out> {
  if (out === undefined || out === NONE) return null;
  if (!isLocal)
    throw new UsageError(
      "--out is a place on this machine, and the daemon is elsewhere; use: atelier export",
    );
  // As it was given: a path that is made absolute has lost its last slash.
  return { kind: await kindOfOut(out, jobs, isSeries), path: resolve(out) };
}

/** Whether the pictures of so many jobs go to a file or into a folder there. Throws a UsageError where neither can be. */
export async function kindOfOut(path: string, jobs: number, isSeries = false): Promise<"file" | "folder"> {
  if (await isForFolder(path)) return "folder";
  const suffix = extname(path).toLowerCase();
  if (jobs === 1 && suffix === ".png") return "file";
  if ((jobs > 1 || isSeries) && suffix === "") return "folder";
  throw new UsageError(
    jobs > 1
      ? `${path}: there are ${jobs} jobs, so name a folder`
      : `${path}: jobs write .png, which carries the recipe and its timeline; name one, or a folder, with a / at its end if it is new`,
  );
}

/** Whether a path is that of a folder: one that is there, or that is to be made. */
export async function isForFolder(path: string): Promise<boolean> {
  return path.endsWith("/") || (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

/**
 * Each job's place there: the file itself, or a name in the folder, where what is there stays, and what will be but that
 * of the job `own`.
 */
export async function placesFor(
  daemon: Connection,
  out: Out,
  own?: string,
): Promise<(recipe: Recipe) => string | null> {
  if (out?.kind !== "folder") return () => out?.path ?? null;
  await makeFolder(out.path);
  const waiting = await listAll(daemon, { states: [...UNFINISHED_STATES], group: null });
  const taken = new Set(waiting.filter(({ id }) => id !== own).map((job) => job.out));
  return (recipe) => {
    const name = titleOf(recipe).replaceAll(" × ", "-").replaceAll(" + ", "-");
    let file = join(out.path, `${name}.png`);
    for (let n = 2; taken.has(file) || existsSync(file); n++) file = join(out.path, `${name}-${n}.png`);
    taken.add(file);
    return file;
  };
}
