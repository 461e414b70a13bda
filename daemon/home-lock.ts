import { DatabaseSync } from "node:sqlite";
import { messageOf, UserError } from "../shared/errors.ts";

/**
 * Takes a home for one daemon. The operating system holds the lock for the life of the process, so neither
 * a kill nor another process with the same number can leave it behind; SQLite takes it, as Node itself cannot.
 */
export function lockHome(file: string): Disposable {
  const database = new DatabaseSync(file);
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;");
  } catch (error) {
    database.close();
    if (!/database is locked/.test(messageOf(error)))
      throw new UserError(`cannot use ${file}: ${messageOf(error)}`);
    throw new UserError(`a daemon is already at work on this home (${file} is locked); see: atelier status`);
  }
  return { [Symbol.dispose]: () => database.close() };
}
