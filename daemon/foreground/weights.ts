import { existsSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileProblem, UserError } from "../../shared/errors.ts";
import { makeFolder } from "../../shared/make-folder.ts";
import type { WeightsIdentity } from "../../shared/weights-identity.ts";
import { writeDurably } from "../files/durable-write.ts";
import { hashFile } from "../files/hash-file.ts";
import { type DownloadProgress, download } from "../network/download.ts";
import { PUBLISHED_FILE } from "../network/published.ts";
import { type ArrayCheck, checkWeightFile, loadWeightFile } from "../network/weight-file.ts";
import {
  choiceFile,
  chosenName,
  type StoredWeights,
  storedWeights,
  weightsFolder,
} from "../network/weight-store.ts";

export interface WeightsListing {
  readonly folder: string;
  readonly stored: readonly { readonly file: string; readonly bytes: number; readonly isDefault: boolean }[];
  readonly known: readonly {
    readonly name: string;
    readonly bytes: number;
    readonly license: string;
    readonly isStored: boolean;
  }[];
}

export function listWeights(): WeightsListing {
  const stored = storedWeights();
  return {
    folder: weightsFolder(),
    stored: stored.map(({ file, bytes }, i) => ({ file, bytes, isDefault: i === 0 })),
    known: [PUBLISHED_FILE].map(({ name, bytes, license }) => ({
      name,
      bytes,
      license,
      isStored: stored.some(({ file }) => basename(file) === name),
    })),
  };
}

/** Downloads the published file, or takes up an earlier download where it broke off. */
export async function fetchWeights(
  source: { readonly url?: string; readonly signal: AbortSignal },
  onProgress: (progress: DownloadProgress) => void,
): Promise<WeightsIdentity> {
  const file = join(weightsFolder(), PUBLISHED_FILE.name);
  await download(
    { ...PUBLISHED_FILE, url: source.url ?? PUBLISHED_FILE.url, file, signal: source.signal },
    onProgress,
  );
  return (await loadWeightFile(file)).weights;
}

/** The stored file of a name, as they are listed. Throws a UserError where there is none. */
export function storedFile(name: string): StoredWeights & { readonly isDefault: boolean } {
  const stored = storedWeights();
  const found = stored.find(({ file }) => file === resolve(name) || basename(file) === name);
  if (found !== undefined) return { ...found, isDefault: found === stored[0] };
  const names = stored.map(({ file }) => basename(file)).join(", ");
  throw new UserError(
    `there is no stored weight file ${name}; ${names === "" ? "there is none at all, get one with: atelier weights fetch" : `there are ${names}`}`,
  );
}

/** Makes a stored file the one that is used by default. */
export async function chooseWeights(name: string): Promise<{ file: string }> {
  const { file } = storedFile(name);
  await writeDurably(choiceFile(), `${basename(file)}\n`, 0o600);
  return { file };
}

/** Deletes a stored file; what is used by default then is another, or none. */
export async function removeWeights(name: string): Promise<{ removed: string; nowDefault: string | null }> {
  const { file } = storedFile(name);
  try {
    await rm(file);
    // Another file that gets this name later was not chosen.
    if (chosenName() === basename(file)) await rm(choiceFile(), { force: true });
  } catch (error) {
    throw new UserError(`cannot delete ${file}: ${fileProblem(error)}`);
  }
  return { removed: file, nowDefault: storedWeights()[0]?.file ?? null };
}

/** Checks a weight file and copies it to the others, none of which it replaces. */
export async function importWeights(file: string): Promise<WeightsIdentity> {
  const { weights } = await loadWeightFile(file);
  const folder = weightsFolder();
  const target = join(folder, basename(file));
  if (resolve(file) === target) return weights;
  try {
    if (existsSync(target)) {
      if ((await hashFile("sha256", file)) === (await hashFile("sha256", target)))
        return { ...weights, file: target };
      throw new UserError(
        `${target} has other weights than ${file}; rename the one that is to be imported, or: atelier weights remove ${basename(target)}`,
      );
    }
    await makeFolder(folder, 0o700);
    await using source = await open(file);
    await writeDurably(target, source.createReadStream(), 0o600);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot copy ${file} to ${target}: ${fileProblem(error)}`);
  }
  return { ...weights, file: target };
}

/** Proves the arrays of a file, or of the default stored one, against the published hashes. */
export async function verifyWeights(
  file: string | undefined,
): Promise<{ file: string; arrays: ArrayCheck[]; verified: boolean }> {
  const chosen = file ?? storedWeights()[0]?.file;
  if (chosen === undefined)
    throw new UserError("there is no weight file to verify; name one, or run: atelier weights fetch");
  const arrays = await checkWeightFile(chosen);
  return { file: chosen, arrays, verified: arrays.every(({ result }) => result === "published") };
}
