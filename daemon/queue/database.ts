import { DatabaseSync } from "node:sqlite";
import { codeOf, UserError } from "../../shared/errors.ts";
import { MIGRATIONS } from "./migrations.ts";

/** Opens the store and brings it to the newest schema. Every commit is on the disk when it returns. */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
  const { user_version: version } = database.prepare("PRAGMA user_version").get() as { user_version: number };
  if (version > MIGRATIONS.length) {
    database.close();
    throw new UserError(
      `${file} was written by a newer atelier (schema ${version}, this one knows ${MIGRATIONS.length}); upgrade this one`,
    );
  }
  for (const [number, migration] of MIGRATIONS.entries())
    if (number >= version)
      inTransaction(database, () => database.exec(`${migration}; PRAGMA user_version = ${number + 1}`));
  return database;
}

/** Whether a write failed because the disk is full. */
export function isDiskFull(error: unknown): boolean {
  const SQLITE_FULL = 13;
  return (
    codeOf(error) === "ENOSPC" ||
    (error instanceof Error && "errcode" in error && error.errcode === SQLITE_FULL) ||
    (error instanceof Error && error.cause !== undefined && isDiskFull(error.cause))
  );
}

/** All of `work`'s changes or none. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    // A full disk has already rolled it back.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
