import type { Stats } from "node:fs";
import { constants, type FileHandle, open, stat } from "node:fs/promises";
import { fileProblem, UserError } from "./errors.ts";
import { MAX_PICTURE_BYTES } from "./requests.ts";

/** Opens what should be a picture: `file` in errors. Throws a UserError where it can be none, before any of it is read. */
export async function openPictureFile(path: string, file = path): Promise<FileHandle> {
  return await openInput(path, "picture", file);
}

/** Opens a file that a person named as `what` is expected to be; a device or a pipe is not so much as opened. */
export async function openInput(path: string, what: "picture" | "recipe", file = path): Promise<FileHandle> {
  let handle: FileHandle | undefined;
  try {
    refuseOther(await stat(path), what, file);
    // What took its place since: of a pipe that nobody writes into, opening would wait for ever.
    // (Windows has neither flag: undefined adds nothing.)
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    refuseOther(await handle.stat(), what, file);
    return handle;
  } catch (error) {
    await handle?.close();
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot read the ${what} ${file}: ${fileProblem(error)}`, { cause: error });
  }
}

function refuseOther(info: Stats, what: string, file: string): void {
  if (!info.isFile())
    throw new UserError(`${file}: it is ${info.isDirectory() ? "a folder" : "no file"}, expected a ${what}`);
  if (info.size > MAX_PICTURE_BYTES)
    throw new UserError(
      `${file}: ${Math.round(info.size / 1e6)} MB, more than the ${MAX_PICTURE_BYTES / 1e6} MB that a ${what} may have`,
    );
  if (info.size === 0) throw new UserError(`${file}: the file is empty`);
}
