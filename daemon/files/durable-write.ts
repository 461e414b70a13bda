import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError, writeProblem } from "../../shared/errors.ts";

/** Writes a file so that its name holds either the old or the whole new content, also after a power cut. */
export async function writeDurably(file: string, content: Uint8Array | string, mode = 0o644): Promise<void> {
  const folder = dirname(file);
  const temporary = join(folder, `.${basename(file)}.${randomBytes(4).toString("hex")}`);
  try {
    {
      await using handle = await open(temporary, "wx", mode);
      await handle.writeFile(content);
      await handle.sync();
    }
    await rename(temporary, file);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new UserError(writeProblem(file, error), { cause: error });
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  await using directory = await open(folder, "r");
  await directory.sync();
}
