import { homedir, tmpdir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { UserError } from "./errors.ts";

/**
 * The folder of the daemon's socket: only its owner may enter. Falls back to a folder of our own in /tmp, whatever TMPDIR
 * says: sessions with different ones have to meet.
 */
function socketFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { ATELIER_HOME: own, XDG_RUNTIME_DIR: runtime } = environment;
  if (own) return join(own, "run");
  if (runtime && isAbsolute(runtime)) return join(runtime, "atelier");
  return join(process.platform === "win32" ? tmpdir() : "/tmp", `atelier-${userInfo().uid}`);
}

/** What fits into the system's address of a socket, with the zero at its end. */
const MOST_SOCKET_PATH_BYTES = process.platform === "linux" ? 107 : 103;

/** The daemon's socket. Throws a UserError where the folder's path is too long for one. */
export function socketPath(environment: NodeJS.ProcessEnv = process.env): string {
  const path = join(socketFolder(environment), "daemon.sock");
  if (Buffer.byteLength(path) > MOST_SOCKET_PATH_BYTES)
    throw new UserError(
      `${path}: longer than the ${MOST_SOCKET_PATH_BYTES} bytes that a socket's path may have; set ATELIER_HOME or XDG_RUNTIME_DIR to a shorter one`,
    );
  return path;
}

/** Names of files that both sides know: in the data folder, its `logs`, and a job's folder. */
export const TOKEN_FILE = "token";
export const DAEMON_LOG = "daemon.log";
export const JOB_LOG = "log.jsonl";

/** Variables of the XDG base directories, and where they are without them. */
const XDG_FOLDERS = {
  data: ["XDG_DATA_HOME", ".local/share"],
  cache: ["XDG_CACHE_HOME", ".cache"],
  config: ["XDG_CONFIG_HOME", ".config"],
} as const;

/** A folder of ours: under ATELIER_HOME when that is set, else where the XDG base directories say. */
export function homeFolder(
  kind: keyof typeof XDG_FOLDERS,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const own = environment["ATELIER_HOME"];
  if (own) return join(own, kind);
  return join(userFolder(kind, environment), "atelier");
}

/** The user's folder of that kind for all programs, as the XDG base directories say. */
export function userFolder(
  kind: keyof typeof XDG_FOLDERS,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const [variable, fallback] = XDG_FOLDERS[kind];
  const base = environment[variable];
  // The XDG specification: a relative path is invalid and to be ignored.
  return base && isAbsolute(base) ? base : join(homedir(), fallback);
}
