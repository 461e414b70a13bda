import { DatabaseSync } from "node:sqlite";
import { isOutOfRoom, messageOf, UserError } from "../../shared/errors.ts";
import { MIGRATIONS } from "./migrations.ts";

/** Another program that looks into the store, as a backup does, is waited for. */
const BUSY_MS = 5000;

/**
 * Opens the store and brings it to the newest schema. Every commit is on the disk when it returns. Throws a UserError
 * where it cannot be used.
 */
export function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_MS });
  try {
    bringUpToDate(database, file);
    return database;
  } catch (error) {
    database.close();
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot use ${file}: ${messageOf(error)}${remedyFor(error)}`, { cause: error });
  }
}

function bringUpToDate(database: DatabaseSync, file: string): void {
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
  const { user_version: version } = database.prepare("PRAGMA user_version").get() as { user_version: number };
  if (version > MIGRATIONS.length)
    throw new UserError(
      `${file} was written by a newer atelier (schema ${version}, this one knows ${MIGRATIONS.length}); upgrade this one`,
    );
  for (const [number, migration] of MIGRATIONS.entries())
    if (number >= version)
      inTransaction(database, () => database.exec(`${migration}; PRAGMA user_version = ${number + 1}`));
}

function remedyFor(error: unknown): string {
  const [SQLITE_CORRUPT, SQLITE_NOTADB] = [11, 26];
  const isSpoilt = [SQLITE_CORRUPT, SQLITE_NOTADB].some((code) => code === codeOfSqlite(error));
  return isSpoilt ? "; bring it back from a backup, or move it away to begin with an empty queue" : "";
}

function codeOfSqlite(error: unknown): unknown {
  return error instanceof Error && "errcode" in error ? error.errcode : undefined;
}

/** SQLite's words for a disk that takes no more: full, or a write that fails for another reason, such as a quota. */
const [SQLITE_FULL, SQLITE_IOERR_WRITE] = [13, 778];

/** Whether a write failed because the disk takes no more. */
export function isDiskFull(error: unknown): boolean {
  return (
    isOutOfRoom(error) ||
    [SQLITE_FULL, SQLITE_IOERR_WRITE].some((code) => code === codeOfSqlite(error)) ||
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
