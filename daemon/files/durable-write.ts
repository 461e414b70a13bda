import { randomBytes } from "node:crypto";
import { open, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { UserError, writeProblem } from "../../shared/errors.ts";

/**
 * Writes a file so that its name holds either the old or the whole new content, also after a power cut. A link stays one,
 * and what it leads to is written.
 */
export async function writeDurably(
  named: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  mode = 0o644,
): Promise<void> {
  const file = await placeOf(named);
  const folder = dirname(file);
  const temporary = join(folder, `.${randomBytes(8).toString("hex")}`);
  try {
    const there = await stat(file).catch(() => undefined);
    // A device or a pipe would be gone with a file in its place.
    if (there !== undefined && !there.isFile())
      throw new UserError(`cannot write ${named}: it is ${there.isDirectory() ? "a folder" : "no file"}`);
    {
      await using handle = await open(temporary, "wx", mode);
      await handle.writeFile(content);
      await handle.sync();
    }
    await rename(temporary, file);
    await syncFolder(folder);
  } catch (error) {
    // What is told is why it could not be written, not why nothing could be cleaned up.
    await rm(temporary, { force: true }).catch(() => {});
    if (error instanceof UserError) throw error;
    throw new UserError(writeProblem(named, error), { cause: error });
  }
}

/** Where a name leads to, through links; one of them may lead to nothing yet. */
export async function placeOf(named: string): Promise<string> {
  try {
    return await realpath(named);
  } catch {
    const link = await readlink(named).catch(() => undefined);
    return link === undefined ? named : resolve(dirname(named), link);
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  await using directory = await open(folder, "r");
  await directory.sync();
}
