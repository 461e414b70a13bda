import { DatabaseSync } from "node:sqlite";
import { isOutOfRoom, messageOf, UserError } from "../../shared/errors.ts";
import { MIGRATIONS } from "./migrations.ts";

/** Another program that holds the store is waited for so long, and all else with it; after that it is tried again later. */
const BUSY_MS = 200;

/**
 * Opens the store and brings it to the newest schema. Every commit is on the disk when it returns. Throws a UserError
 * where it cannot be used.
 */
export function openDatabase(file: string): DatabaseSync {
  try {
    try {
      return openFor("NORMAL", file);
    } catch (error) {
      // A full disk has no room for what is shared with other programs, and room is made through the store only.
      if (codeOfSqlite(error) !== SQLITE_IOERR_SHMSIZE) throw error;
      return openFor("EXCLUSIVE", file);
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    const why = obstacleOf(error)?.what ?? `${messageOf(error)}${remedyFor(error)}`;
    throw new UserError(`cannot use ${file}: ${why}`, { cause: error });
  }
}

/** For any program, or for this one alone as long as it is open. */
function openFor(mode: "NORMAL" | "EXCLUSIVE", file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_MS });
  try {
    database.exec(`PRAGMA locking_mode = ${mode}`);
    bringUpToDate(database, file);
    return database;
  } catch (error) {
    database.close();
    throw error;
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

/** SQLite's words for a disk that takes no more; all but the first may have another reason than that it is full. */
const SQLITE_IOERR_SHMSIZE = 4874;
const DISK_FULL = {
  SQLITE_FULL: 13,
  SQLITE_IOERR_WRITE: 778,
  SQLITE_IOERR_FSYNC: 1034,
  SQLITE_IOERR_TRUNCATE: 1546,
  SQLITE_IOERR_SHMSIZE,
};

/** Whether a write failed because the disk takes no more. */
export function isDiskFull(error: unknown): boolean {
  return (
    isOutOfRoom(error) ||
    Object.values(DISK_FULL).some((code) => code === codeOfSqlite(error)) ||
    (error instanceof Error && error.cause !== undefined && isDiskFull(error.cause))
  );
}

const SQLITE_BUSY = 5;

/** What keeps the store from taking anything for now, and what to do about it; undefined for any other error. */
export function obstacleOf(error: unknown): { readonly what: string; readonly remedy: string } | undefined {
  if (isDiskFull(error))
    return {
      what: "the disk takes no more: it is full, a quota is used up, or it is failing",
      remedy: "free some space, as by: atelier remove JOB, or atelier prune --days 0 --yes",
    };
  // The rest of the number says in which of several ways.
  if ((Number(codeOfSqlite(error)) & 0xff) === SQLITE_BUSY)
    return { what: "another program holds the store", remedy: "try again when it has let go of it" };
  return undefined;
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
