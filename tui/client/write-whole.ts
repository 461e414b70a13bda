import { rename, rm } from "node:fs/promises";
import { UserError, writeProblem } from "../../shared/errors.ts";
import { type Beside, writeBeside } from "../../shared/write-beside.ts";

/**
 * Writes files by name: a name holds either its old or its whole new content, and none the new one before all are
 * written. Throws a UserError that names the file which cannot be written.
 */
export async function writeWhole(
  ...contents: readonly (readonly [file: string, content: Buffer | string])[]
): Promise<void> {
  const written: Beside[] = [];
  try {
    for (const [named, content] of contents) written.push(await writeBeside(named, content, 0o666));
    for (const { file, temporary } of written)
      await rename(temporary, file).catch((error: unknown) => {
        throw new UserError(writeProblem(file, error));
      });
  } finally {
    for (const { temporary } of written) await rm(temporary, { force: true });
  }
}
