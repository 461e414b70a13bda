import { chmodSync, mkdirSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** Where a home keeps its things. */
export class HomeLayout {
  readonly data: string;
  readonly database: string;
  readonly lock: string;
  readonly pictures: string;

  constructor(data: string) {
    this.data = data;
    this.database = join(data, "atelier.db");
    this.lock = join(data, "daemon.lock");
    this.pictures = join(data, "pictures");
    mkdirSync(join(data, "jobs"), { recursive: true, mode: 0o700 });
    // Commands without a daemon may have made it before, open to others.
    chmodSync(data, 0o700);
  }

  jobFolder(id: string): string {
    const folder = join(this.data, "jobs", id);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  async removeJobFolder(id: string): Promise<void> {
    await rm(join(this.data, "jobs", id), { recursive: true, force: true });
  }

  /** Deletes a job's files that `isKept` does not know: leftovers of a crash between file and record. */
  async sweepJobFolder(id: string, isKept: (name: string) => boolean): Promise<void> {
    const folder = this.jobFolder(id);
    for (const name of await readdir(folder))
      if (!isKept(name)) await rm(join(folder, name), { force: true });
  }

  /** Bytes of all files of a job. */
  async jobBytes(id: string): Promise<number> {
    const folder = this.jobFolder(id);
    const sizes = await Promise.all(
      (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size),
    );
    return sizes.reduce((a, b) => a + b, 0);
  }
}
