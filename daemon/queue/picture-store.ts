import { createHash } from "node:crypto";
import { createReadStream, mkdirSync } from "node:fs";
import { access, appendFile, copyFile, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileProblem, UserError } from "../../shared/errors.ts";
import type { PictureReference } from "../../shared/recipe.ts";
import { MAX_PICTURE_BYTES, type Params } from "../../shared/requests.ts";
import { syncFolder } from "../files/durable-write.ts";
import { RefusedError } from "./refused-error.ts";

const HASH = /^[0-9a-f]{64}$/;
const MAX_UPLOADS = 16;

/** Copies of the jobs' input pictures, each named by its hash: a job survives its originals being moved. */
export class PictureStore {
  readonly #folder: string;
  /** Bytes received of pictures that are on their way. */
  readonly #uploads = new Map<string, number>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  pathOf(sha256: string): string {
    return join(this.#folder, sha256);
  }

  async has(sha256: string): Promise<boolean> {
    return await access(this.pathOf(sha256)).then(
      () => true,
      () => false,
    );
  }

  /** Copies a picture unless it is there already; the reference with its hash. Durable once it resolves. */
  async keep(reference: PictureReference): Promise<PictureReference & { sha256: string }> {
    const { file, sha256 } = reference;
    if (sha256 !== undefined && (await this.has(sha256))) return { ...reference, sha256 };
    const temporary = join(this.#folder, `.${process.pid}.${Math.random().toString(36).slice(2)}`);
    try {
      const { size } = await stat(file);
      if (size > MAX_PICTURE_BYTES)
        throw new UserError(`${file}: larger than the ${MAX_PICTURE_BYTES / 1e6} MB that a picture may have`);
      await copyFile(file, temporary);
      const actual = await hashOf(temporary);
      if (sha256 !== undefined && sha256 !== actual)
        throw new UserError(`${file}: not the picture that the recipe was made with`);
      await this.#settle(temporary, actual);
      return { ...reference, sha256: actual };
    } catch (error) {
      await rm(temporary, { force: true });
      if (error instanceof UserError) throw error;
      throw new UserError(`cannot read the picture ${file}: ${fileProblem(error)}`, { cause: error });
    }
  }

  /** Takes the next piece of a picture; the number of bytes that are there now. */
  async receive({ sha256, total, offset, data }: Params<"upload">): Promise<number> {
    if (await this.has(sha256)) return total;
    const part = `${this.pathOf(sha256)}.part`;
    if (offset === 0) {
      if (this.#uploads.size >= MAX_UPLOADS && !this.#uploads.has(sha256))
        throw new RefusedError("refused", `more than ${MAX_UPLOADS} pictures on their way; try again`);
      await rm(part, { force: true });
      this.#uploads.set(sha256, 0);
    }
    const received = this.#uploads.get(sha256);
    if (received !== offset)
      throw new RefusedError(
        "refused",
        `a piece at ${offset} was sent, expected one at ${received ?? 0}; begin again at 0`,
      );
    const bytes = Buffer.from(data, "base64");
    const present = offset + bytes.length;
    if (bytes.length === 0 || present > total)
      throw new RefusedError("refused", "the pieces are longer than the announced total");
    // Claimed before the write, so that the same piece sent twice at once is written once.
    this.#uploads.set(sha256, present);
    await appendFile(part, bytes, { mode: 0o600 });
    if (present < total) return present;
    this.#uploads.delete(sha256);
    if ((await hashOf(part)) !== sha256) {
      await rm(part, { force: true });
      throw new RefusedError("refused", "the pieces do not add up to the announced hash; send them again");
    }
    await this.#settle(part, sha256);
    return present;
  }

  /** Pictures that `isNeeded` does not know, with their sizes; and whatever a crash left behind. */
  async unneeded(isNeeded: (sha256: string) => boolean): Promise<{ path: string; bytes: number }[]> {
    const names = (await readdir(this.#folder)).filter((name) => !isNeeded(name) && !this.#isArriving(name));
    return await Promise.all(
      names.map(async (name) => {
        const path = join(this.#folder, name);
        return { path, bytes: (await stat(path)).size };
      }),
    );
  }

  #isArriving(name: string): boolean {
    const sha256 = name.replace(/\.part$/, "");
    return (HASH.test(sha256) && this.#uploads.has(sha256)) || name.startsWith(`.${process.pid}.`);
  }

  async #settle(temporary: string, sha256: string): Promise<void> {
    {
      await using handle = await open(temporary, "r+");
      await handle.chmod(0o600);
      await handle.sync();
    }
    await rename(temporary, this.pathOf(sha256));
    await syncFolder(this.#folder);
  }
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
