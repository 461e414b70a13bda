import { chmodSync, closeSync, openSync, statSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileProblem, UserError } from "../../shared/errors.ts";
import { makeFolderSync } from "../../shared/make-folder.ts";
import { inTurns } from "../in-turns.ts";

/** A branch has a folder a moment before it is a job. */
const NEW_FOLDER_MS = 3600e3;

/** Where a home keeps its things. */
export class HomeLayout {
  readonly data: string;
  readonly database: string;
  readonly lock: string;
  readonly pictures: string;
  /** Which files the lock and the database are, whatever comes to lie in their places. */
  readonly #own: readonly (string | undefined)[];

  constructor(data: string) {
    this.data = data;
    this.database = join(data, "atelier.db");
    this.lock = join(data, "daemon.lock");
    this.pictures = join(data, "pictures");
    makeFolderSync(join(data, "jobs"), 0o700);
    try {
      // Commands without a daemon may have made it before, open to others.
      chmodSync(data, 0o700);
      // SQLite makes its files as open as the umask has it, and those beside them like them.
      for (const file of [this.database, this.lock]) {
        closeSync(openSync(file, "a", 0o600));
        chmodSync(file, 0o600);
      }
      this.#own = this.#present();
    } catch (error) {
      const { path = data } = error as NodeJS.ErrnoException;
      throw new UserError(`cannot use ${path}: ${fileProblem(error)}`, { cause: error });
    }
  }

  /** Whether the home was deleted, moved or replaced: what is in its place belongs to whoever takes it next. */
  get isGone(): boolean {
    try {
      return this.#present().some((identity, i) => identity !== this.#own[i]);
    } catch {
      // A disk that does not answer may do so again.
      return false;
    }
  }

  #present(): (string | undefined)[] {
    return [this.lock, this.database].map((file) => {
      const found = statSync(file, { bigint: true, throwIfNoEntry: false });
      return found && `${found.dev} ${found.ino}`;
    });
  }

  /** Made where it is not there yet. */
  jobFolder(id: string): string {
    const folder = this.#folderOf(id);
    makeFolderSync(folder, 0o700);
    return folder;
  }

  async removeJobFolder(id: string): Promise<void> {
    await rm(this.#folderOf(id), { recursive: true, force: true });
  }

  /** Names of folders that no job has, for long enough that none is about to: leftovers of a crash. */
  async leftFolders(isJob: (id: string) => boolean): Promise<string[]> {
    const left: string[] = [];
    for await (const id of inTurns(await readdir(join(this.data, "jobs")))) {
      if (isJob(id)) continue;
      const { mtimeMs } = await stat(this.#folderOf(id)).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
      if (Date.now() - mtimeMs > NEW_FOLDER_MS) left.push(id);
    }
    return left;
  }

  #folderOf(id: string): string {
    return join(this.data, "jobs", id);
  }

  /** Deletes a job's files that `isKept` does not know: leftovers of a crash between file and record. */
  async sweepJobFolder(id: string, isKept: (name: string) => boolean): Promise<void> {
    const folder = this.jobFolder(id);
    for (const name of await readdir(folder))
      if (!isKept(name)) await rm(join(folder, name), { force: true, recursive: true });
  }

  /** Bytes of all files of a job. */
  async jobBytes(id: string): Promise<number> {
    const folder = this.#folderOf(id);
    const sizeOf = async (name: string) => (await stat(join(folder, name)).catch(() => ({ size: 0 }))).size;
    const sizes = await Promise.all((await readdir(folder).catch(() => [])).map(sizeOf));
    return sizes.reduce((a, b) => a + b, 0);
  }
}
