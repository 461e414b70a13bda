import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { fileProblem, messageOf, UserError } from "../../shared/errors.ts";

/**
 * Takes a file for one process; throws a UserError with `busy` where another has it. The operating system holds the
 * lock for the life of the process, so neither a kill nor another process with the same number can leave it behind;
 * SQLite takes it, as Node itself cannot. The file stays: who deleted it might delete another's.
 */
export function lock(file: string, busy: string): Disposable {
  const database = open(file);
  try {
    // Never committed, and no journal: it works on a full disk too.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE;");
  } catch (error) {
    database.close();
    throw new UserError(/database is locked/.test(messageOf(error)) ? busy : unusable(file, error));
  }
  return { [Symbol.dispose]: () => database.close() };
}

function open(file: string): DatabaseSync {
  try {
    // SQLite makes its files as open as the umask has it.
    closeSync(openSync(file, "a", 0o600));
    return new DatabaseSync(file);
  } catch (error) {
    throw new UserError(unusable(file, error));
  }
}

function unusable(file: string, error: unknown): string {
  return `cannot use ${file}: ${fileProblem(error)}`;
}
