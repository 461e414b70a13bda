import { randomBytes } from "node:crypto";
import { open, readlink, realpath, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { codeOf, UserError, writeProblem } from "./errors.ts";

/** What is written and has only to be renamed to be in its place. */
export interface Beside {
  readonly file: string;
  readonly temporary: string;
}

/**
 * Writes the content that a file is to have beside it, synced. A link stays one, and what it leads to is written; a file
 * that is there keeps its mode. Throws a UserError that names the file.
 */
export async function writeBeside(
  named: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  mode: number,
): Promise<Beside> {
  const file = await placeOf(named);
  const temporary = join(dirname(file), `.${randomBytes(8).toString("hex")}`);
  try {
    const there = await stat(file).catch(() => undefined);
    // A device or a pipe would be gone with a file in its place.
    if (there !== undefined && !there.isFile())
      throw new UserError(`cannot write ${named}: it is ${there.isDirectory() ? "a folder" : "no file"}`);
    const kept = there && there.mode & 0o777;
    await using handle = await open(temporary, "wx", kept ?? mode);
    // The umask has taken its part.
    if (kept !== undefined) await handle.chmod(kept);
    await handle.writeFile(content);
    await handle.sync();
    return { file, temporary };
  } catch (error) {
    // What is told is why it could not be written, not why nothing could be cleaned up.
    await rm(temporary, { force: true }).catch(() => {});
    if (error instanceof UserError) throw error;
    throw new UserError(writeProblem(named, error), { cause: error });
  }
}

/** Where a name leads to, through links; the last of them may lead to nothing yet. */
export async function placeOf(named: string): Promise<string> {
  try {
    return await realpath(named);
  } catch (error) {
    const link = codeOf(error) === "ENOENT" ? await readlink(named).catch(() => undefined) : undefined;
    return link === undefined ? named : await placeOf(resolve(dirname(named), link));
  }
}
