import { access, chmod, copyFile, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileProblem, UserError } from "../../shared/errors.ts";
import { openPictureFile } from "../../shared/input-file.ts";
import { makeFolderSync } from "../../shared/make-folder.ts";
import type { PictureReference } from "../../shared/recipe.ts";
import type { Params } from "../../shared/requests.ts";
import { syncFolder } from "../files/durable-write.ts";
import { hashFile } from "../files/hash-file.ts";
import { pathFrom } from "./client-path.ts";
import { RefusedError } from "./refused-error.ts";
import { Uploads } from "./uploads.ts";

/** Who asks for a picture, or sends it, adds a job with it soon. */
const CLAIM_MS = 3600e3;

/** Copies of the jobs' input pictures, each named by its hash: a job survives its originals being moved. */
export class PictureStore {
  readonly #folder: string;
  readonly #uploads = new Uploads(
    (sha256) => `${this.pathOf(sha256)}.part`,
    async (part, sha256) => await this.#settleUpload(part, sha256),
  );
  /** Pictures that somebody asked for or sent, and until when they are kept for that; those that end first come first. */
  readonly #claimed = new Map<string, number>();
  /** Pictures that jobs are being made with, and how many. */
  readonly #held = new Map<string, number>();
  /** Files that are being deleted. */
  readonly #leaving = new Map<string, Promise<void>>();

  constructor(folder: string) {
    this.#folder = folder;
    makeFolderSync(folder, 0o700);
  }

  pathOf(sha256: string): string {
    return join(this.#folder, sha256);
  }

  async has(sha256: string): Promise<boolean> {
    await this.#leaving.get(sha256);
    return await access(this.pathOf(sha256)).then(
      () => true,
      () => false,
    );
  }

  /** Whether a picture is there; it then stays for a while, for whoever asks to add a job with it. */
  async claim(sha256: string): Promise<boolean> {
    this.#hold(sha256, 1);
    const isThere = await this.has(sha256);
    if (isThere) this.#keepAWhile(sha256);
    this.#hold(sha256, -1);
    return isThere;
  }

  /** Keeps what a job has for another that is made from it, until that is there. Refuses where one of them is gone. */
  async hold(sha256: readonly string[]): Promise<Disposable> {
    for (const one of sha256) this.#hold(one, 1);
    const held = { [Symbol.dispose]: () => this.release(sha256) };
    const areThere = await Promise.all(sha256.map(async (one) => await this.has(one)));
    if (areThere.every(Boolean)) return held;
    held[Symbol.dispose]();
    throw new RefusedError(
      "refused",
      "a picture that it is made from is gone; was the job removed meanwhile?",
    );
  }

  /** For each that `keep` gave: a job needs it now, or nobody does. */
  release(sha256: readonly string[]): void {
    for (const one of sha256) this.#hold(one, -1);
  }

  /** Copies a picture unless it is there already; the reference with its hash. Durable, and there until `release`, once it resolves. */
  async keep(reference: PictureReference): Promise<PictureReference & { sha256: string }> {
    const { file, sha256 } = reference;
    if (sha256 !== undefined) {
      this.#hold(sha256, 1);
      if (await this.has(sha256)) return { ...reference, sha256 };
      this.#hold(sha256, -1);
    }
    const original = pathFrom(file);
    const temporary = join(this.#folder, `.${process.pid}.${Math.random().toString(36).slice(2)}`);
    try {
      await (await openPictureFile(original, file)).close();
      await copyFile(original, temporary);
      const actual = await hashFile("sha256", temporary);
      if (sha256 !== undefined && sha256 !== actual)
        throw new UserError(`${file}: not the picture that the recipe was made with`);
      this.#hold(actual, 1);
      try {
        await this.#leaving.get(actual);
        await this.#settle(temporary, actual);
      } catch (error) {
        this.#hold(actual, -1);
        throw error;
      }
      return { ...reference, sha256: actual };
    } catch (error) {
      await rm(temporary, { force: true });
      if (error instanceof UserError) throw error;
      // It was opened before: what fails by now is mostly the folder.
      throw new UserError(`cannot copy the picture ${file} to ${this.#folder}: ${fileProblem(error)}`, {
        cause: error,
      });
    }
  }

  /** Takes the next piece of a picture; the number of bytes that are there now. */
  async receive(piece: Params<"upload">): Promise<number> {
    return (await this.claim(piece.sha256)) ? piece.total : await this.#uploads.receive(piece);
  }

  /** Pictures that nobody needs, and whatever a crash left behind: how much that is. With `remove`, deletes them. */
  async clean(
    needed: () => ReadonlySet<string>,
    remove: boolean,
  ): Promise<{ pictures: number; bytes: number }> {
    const names = await readdir(this.#folder);
    const sizes = await Promise.all(
      names.map(async (name) => (await stat(join(this.#folder, name)).catch(() => ({ size: 0 }))).size),
    );
    // From here to the end at once: who needs one of them from then on looks for it when it is gone.
    const kept = needed();
    const unneeded = [...names.entries()].filter(([, name]) => !kept.has(name) && !this.#isArriving(name));
    const freed = {
      pictures: unneeded.length,
      bytes: unneeded.reduce((sum, [i]) => sum + (sizes[i] as number), 0),
    };
    if (remove) await Promise.all(unneeded.map(async ([, name]) => await this.#remove(name)));
    return freed;
  }

  #keepAWhile(sha256: string): void {
    const now = Date.now();
    for (const [one, until] of this.#claimed) {
      if (until > now) break;
      this.#claimed.delete(one);
    }
    // To the end of the line.
    this.#claimed.delete(sha256);
    this.#claimed.set(sha256, now + CLAIM_MS);
  }

  #hold(sha256: string, by: 1 | -1): void {
    const count = (this.#held.get(sha256) ?? 0) + by;
    if (count > 0) this.#held.set(sha256, count);
    else this.#held.delete(sha256);
  }

  async #remove(name: string): Promise<void> {
    const gone = rm(join(this.#folder, name), { force: true });
    this.#leaving.set(
      name,
      gone.catch(() => {}),
    );
    try {
      await gone;
    } finally {
      this.#leaving.delete(name);
    }
  }

  #isArriving(name: string): boolean {
    const sha256 = name.replace(/\.part$/, "");
    return (
      (this.#claimed.get(sha256) ?? 0) > Date.now() ||
      this.#held.has(sha256) ||
      this.#uploads.has(sha256) ||
      name.startsWith(`.${process.pid}.`)
    );
  }

  async #settleUpload(part: string, sha256: string): Promise<void> {
    if ((await hashFile("sha256", part)) !== sha256)
      throw new RefusedError("refused", "the pieces do not add up to the announced hash; send them again");
    this.#keepAWhile(sha256);
    await this.#settle(part, sha256);
  }

  async #settle(temporary: string, sha256: string): Promise<void> {
    // A copy of a picture that is read-only is so too, and could not be opened to be synced.
    await chmod(temporary, 0o600);
    {
      await using handle = await open(temporary, "r+");
      await handle.sync();
    }
    await rename(temporary, this.pathOf(sha256));
    await syncFolder(this.#folder);
  }
}
