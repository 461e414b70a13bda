import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { UserError, writeProblem } from "../../shared/errors.ts";
import { writeBeside } from "../../shared/write-beside.ts";

/** Writes a file so that its name holds either the old or the whole new content, also after a power cut. */
export async function writeDurably(
  named: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array>,
  mode = 0o644,
): Promise<void> {
  const { file, temporary } = await writeBeside(named, content, mode);
  try {
    await rename(temporary, file);
    await syncFolder(dirname(file));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new UserError(writeProblem(named, error), { cause: error });
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  await using directory = await open(folder, "r");
  await directory.sync();
}
