import { stat } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { UsageError } from "../../shared/errors.ts";
import { NONE } from "../recipe/parsers.ts";
import type { Connection } from "./connection.ts";

/** Where the daemon is to put a picture: a path that means the same to it as to us; null for its store alone. */
export function outPath(daemon: Connection, out: string | undefined): string | null {
  if (out === undefined || out === NONE) return null;
  if (!daemon.address.isLocal)
    throw new UsageError(
      "--out is a place on this machine, and the daemon is elsewhere; use: atelier export",
    );
  return resolve(out);
}

/** Whether the pictures of so many jobs go to a file or into a folder there. Throws a UsageError where neither can be. */
export async function kindOfOut(path: string, jobs: number, isSeries = false): Promise<"file" | "folder"> {
  if (path.endsWith("/") || (await stat(path).catch(() => undefined))?.isDirectory()) return "folder";
  const suffix = extname(path).toLowerCase();
  if (jobs === 1 && suffix === ".png") return "file";
  if ((jobs > 1 || isSeries) && suffix === "") return "folder";
  throw new UsageError(
    jobs > 1
      ? `${path}: there are ${jobs} jobs, so name a folder`
      : `${path}: jobs write .png, which carries the recipe and its timeline; name one, or an existing folder`,
  );
}
