import { homedir, tmpdir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";

/** The folder of the daemon's socket: only its owner may enter. Falls back to a folder of our own in /tmp. */
export function socketFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { ATELIER_HOME: own, XDG_RUNTIME_DIR: runtime } = environment;
  if (own) return join(own, "run");
  if (runtime && isAbsolute(runtime)) return join(runtime, "atelier");
  return join(tmpdir(), `atelier-${userInfo().uid}`);
}

/** The daemon's socket. */
export function socketPath(environment: NodeJS.ProcessEnv = process.env): string {
  return join(socketFolder(environment), "daemon.sock");
}

/** Names of files that both sides know: in the data folder, its `logs`, and a job's folder. */
export const TOKEN_FILE = "token";
export const DAEMON_LOG = "daemon.log";
export const JOB_LOG = "log.jsonl";

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
