import { existsSync, mkdirSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { codeOf } from "../../shared/errors.ts";

/**
 * Makes a folder and those around it that are missing. Node's own recursive way never ends where the system says that a
 * parent is missing although it is there, as in /proc.
 */
export async function makeFolder(folder: string, mode = 0o777): Promise<void> {
  for (const missing of missingFolders(folder))
    await mkdir(missing, { mode }).catch((error: unknown) => unlessPresent(missing, error));
}

/** The same at once. */
export function makeFolderSync(folder: string, mode = 0o777): void {
  for (const missing of missingFolders(folder))
    try {
      mkdirSync(missing, { mode });
    } catch (error) {
      unlessPresent(missing, error);
    }
}

/** The outermost first. */
function missingFolders(folder: string): string[] {
  if (existsSync(folder) && statSync(folder).isDirectory()) return [];
  const parent = dirname(folder);
  return parent === folder ? [folder] : [...missingFolders(parent), folder];
}

/** Somebody else may have made it in between. */
function unlessPresent(folder: string, error: unknown): void {
  if (codeOf(error) !== "EEXIST" || !statSync(folder).isDirectory()) throw error;
}
