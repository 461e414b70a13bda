import { randomBytes } from "node:crypto";
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError, writeProblem } from "../../shared/errors.ts";

/**
 * Writes files by name: a name holds either its old or its whole new content, and none the new one before all are
 * written. Throws a UserError that names the file which cannot be written.
 */
export async function writeWhole(
  ...contents: readonly (readonly [file: string, content: Buffer | string])[]
): Promise<void> {
  const files = await Promise.all(
    contents.map(async ([named, content]) => {
      // A link stays one.
      const file = await realpath(named).catch(() => named);
      const there = await stat(file).catch(() => undefined);
      // A device or a pipe would be gone with a file in its place.
      if (there !== undefined && !there.isFile())
        throw new UserError(`cannot write ${named}: it is ${there.isDirectory() ? "a folder" : "no file"}`);
      return { file, content, temporary: join(dirname(file), `.${randomBytes(8).toString("hex")}`) };
    }),
  );
  const refused = (file: string) => (error: unknown) => {
    throw new UserError(writeProblem(file, error));
  };
  try {
    for (const { file, content, temporary } of files)
      await writeFile(temporary, content, { flag: "wx", flush: true }).catch(refused(file));
    for (const { file, temporary } of files) await rename(temporary, file).catch(refused(file));
  } finally {
    for (const { temporary } of files) await rm(temporary, { force: true });
  }
}
