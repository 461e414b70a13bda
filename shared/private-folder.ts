import { lstatSync, type Stats } from "node:fs";
import { UserError } from "./errors.ts";

/** Why a folder is not this user's alone: in any other, somebody else may listen in a daemon's place. */
export function privacyProblem(folder: string): UserError | undefined {
  const info = look(folder);
  // Windows knows neither owners nor modes of this kind.
  if (info === undefined || process.getuid === undefined) return undefined;
  if (!info.isDirectory()) return new UserError(`${folder} must be a folder; remove what is there`);
  if (info.uid !== process.getuid())
    return new UserError(
      `${folder} belongs to somebody else; set XDG_RUNTIME_DIR or ATELIER_HOME to a folder of yours`,
    );
  return (info.mode & 0o077) === 0
    ? undefined
    : new UserError(`${folder} must be a folder of yours alone; run: chmod 700 ${folder}`);
}

/** Undefined where it is not there or out of reach, as all in it then is. */
function look(folder: string): Stats | undefined {
  try {
    return lstatSync(folder);
  } catch {
    return undefined;
  }
}
