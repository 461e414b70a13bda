import { basename, join } from "node:path";
import { messageOf, UserError } from "../../shared/errors.ts";
import { homeFolder } from "../../shared/home.ts";
import { makeFolder } from "../../shared/make-folder.ts";
import { writeDurably } from "../files/durable-write.ts";

/** Writes a finished picture; where that cannot be done, into the home, since it took long. Throws a UserError that says so. */
export async function writeOrRescue(out: string, picture: Buffer): Promise<void> {
  try {
    await writeDurably(out, picture);
  } catch (error) {
    const folder = join(homeFolder("data"), "rescued");
    const file = join(folder, `${new Date().toISOString().replaceAll(":", "-")}-${basename(out)}`);
    try {
      await makeFolder(folder, 0o700);
      await writeDurably(file, picture, 0o600);
    } catch {
      // There is no room anywhere, and the first problem is the one to be told.
      throw error;
    }
    throw new UserError(`${messageOf(error)}; the picture is in ${file}`, { cause: error });
  }
}
