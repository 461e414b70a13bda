import { resolve } from "node:path";
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
