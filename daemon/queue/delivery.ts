import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "../../shared/errors.ts";
import { makeFolder } from "../../shared/make-folder.ts";
import { writeDurably } from "../files/durable-write.ts";

/** Copies a picture to where it is wanted; what went wrong, if anything did. */
export async function deliver(picture: string, out: string): Promise<string | null> {
  try {
    await makeFolder(dirname(out));
    await writeDurably(out, await readFile(picture));
    return null;
  } catch (error) {
    return `its picture could not be copied to ${out}: ${messageOf(error)}; copy it with: atelier export`;
  }
}
