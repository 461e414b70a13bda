import { constants, type FileHandle, open } from "node:fs/promises";
import { fileProblem, UserError } from "./errors.ts";
import { MAX_PICTURE_BYTES } from "./requests.ts";

/** Opens what should be a picture: `file` in errors. Throws a UserError where it can be none, before any of it is read. */
export async function openPictureFile(path: string, file = path): Promise<FileHandle> {
  let handle: FileHandle | undefined;
  try {
    // Of a pipe that nobody writes into, opening would wait for ever.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const info = await handle.stat();
    if (!info.isFile())
      throw new UserError(
        `${file}: it is ${info.isDirectory() ? "a folder" : "no file"}, expected a picture`,
      );
    if (info.size > MAX_PICTURE_BYTES)
      throw new UserError(
        `${file}: ${Math.round(info.size / 1e6)} MB, more than the ${MAX_PICTURE_BYTES / 1e6} MB that a picture may have`,
      );
    if (info.size === 0) throw new UserError(`${file}: the file is empty`);
    return handle;
  } catch (error) {
    await handle?.close();
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot read the picture ${file}: ${fileProblem(error)}`, { cause: error });
  }
}
