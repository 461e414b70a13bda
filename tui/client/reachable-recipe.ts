import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename, resolve } from "node:path";
import { fileProblem, UserError } from "../../shared/errors.ts";
import { openPictureFile } from "../../shared/input-file.ts";
import { mapReferences, type PictureReference, type Recipe } from "../../shared/recipe.ts";
import { CHUNK_BYTES } from "../../shared/requests.ts";
import type { Connection } from "./connection.ts";
import { UnreachableError } from "./link-problems.ts";

/**
 * The recipe with pictures that the daemon can reach: absolute paths here, uploaded copies elsewhere. `sent` is for several
 * recipes: what it has of a picture is not sent again.
 */
export async function reachableRecipe(
  daemon: Connection,
  recipe: Recipe,
  sent = new Map<string, PictureReference>(),
): Promise<Recipe> {
  return await mapReferences(recipe, async (reference) => {
    const { file, sha256 = "" } = reference;
    if (daemon.address.isLocal) return { ...reference, file: resolve(file) };
    const key = sha256 + file;
    const copy = sent.get(key) ?? (await upload(daemon, reference));
    sent.set(key, copy);
    return copy;
  });
}

async function upload(daemon: Connection, reference: PictureReference): Promise<PictureReference> {
  const { file } = reference;
  const known = reference.sha256;
  if (known !== undefined && (await isThere(daemon, known))) return reference;
  await using handle = await openPictureFile(file);
  try {
    const { size: total } = await handle.stat();
    const sha256 = await hashOf(file);
    if (known !== undefined && known !== sha256)
      throw new UserError(`${file}: not the picture that the recipe was made with`);
    let isSecondTry = false;
    for (let offset = 0; offset < total && !(offset === 0 && (await isThere(daemon, sha256))); ) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(CHUNK_BYTES, total - offset)), {
        position: offset,
      });
      if (bytesRead === 0) throw new UserError(`${file}: the file shrank while it was sent`);
      const data = buffer.subarray(0, bytesRead).toString("base64");
      try {
        ({ received: offset } = await daemon.request("upload", { sha256, total, offset, data }));
      } catch (error) {
        // A daemon that came up in between has nothing of it.
        if (isSecondTry || !(error instanceof UserError) || error instanceof UnreachableError) throw error;
        isSecondTry = true;
        offset = 0;
      }
    }
    return { file: basename(file), sha256 };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot read the picture ${file}: ${fileProblem(error)}`);
  }
}

async function isThere(daemon: Connection, sha256: string): Promise<boolean> {
  const { missing } = await daemon.request("have", { sha256: [sha256] });
  return missing.length === 0;
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
