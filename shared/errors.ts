/** An error that a person caused or can mend: its message says what happened, to what, and what to do next. */
export class UserError extends Error {
  override name = "UserError";
}

/** The command line itself was wrong: exit code 2 instead of 1. */
export class UsageError extends UserError {
  override name = "UsageError";
}

/** A person stopped it: exit code 130. */
export class InterruptedError extends UserError {
  override name = "InterruptedError";
}

/** What was waited for did not come in the time given: exit code 124, as timeout(1) has it. */
export class TimedOutError extends UserError {
  override name = "TimedOutError";
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The system's code (ENOENT, ENOSPC …) of an error, if it has one. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Whether the system had no room for what was to be written: on the disk, or in its user's share of it. */
export function isOutOfRoom(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].some((code) => code === codeOf(error));
}

/** What became of writing a file, for a person; `file` may be a new one. */
export function writeProblem(file: string, error: unknown): string {
  // A file that is to be made can only miss its folder.
  const why = codeOf(error) === "ENOENT" ? "there is no such folder" : fileProblem(error);
  return `cannot write ${file}: ${why}`;
}

/** Why the system refused a file, in words. */
export function fileProblem(error: unknown): string {
  // Already said in words.
  if (error instanceof UserError) return error.message;
  switch (codeOf(error)) {
    case "ENOENT":
      return "there is no such file";
    case "EACCES":
    case "EPERM":
      return "permission is denied";
    case "EISDIR":
      return "it is a folder";
    case "ENOTDIR":
      return "part of its path is not a folder";
    case "EROFS":
      return "the file system is read-only";
    case "ENOSPC":
      return "the disk is full";
    case "EDQUOT":
      return "the disk quota is used up";
    default:
      return messageOf(error);
  }
}
