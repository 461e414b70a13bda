import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** A folder of ours: under ATELIER_HOME when that is set, else where the XDG base directories say. */
export function homeFolder(kind: "data" | "cache", environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment["ATELIER_HOME"];
  if (own) return join(own, kind);
  const [variable, fallback] =
    kind === "data" ? (["XDG_DATA_HOME", ".local/share"] as const) : (["XDG_CACHE_HOME", ".cache"] as const);
  const base = environment[variable];
  // The XDG specification: a relative path is invalid and to be ignored.
  return join(base && isAbsolute(base) ? base : join(homedir(), fallback), "atelier");
}
