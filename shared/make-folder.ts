import { existsSync, mkdirSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { codeOf, fileProblem, UserError } from "./errors.ts";

/** A folder that cannot be made, with the system's code for it. */
class FolderError extends UserError {
  override name = "FolderError";
  readonly code: string | undefined;

  constructor(folder: string, cause: unknown) {
    const code = codeOf(cause);
    const why =
      code === "EEXIST"
        ? "something else has that name"
        : code === "ENOENT"
          ? "nothing can be made there"
          : fileProblem(cause);
    super(`cannot make the folder ${folder}: ${why}`, { cause });
    this.code = code;
  }
}

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
  if (isFolder(folder)) return [];
  const parent = dirname(folder);
  return parent === folder ? [folder] : [...missingFolders(parent), folder];
}

/** Somebody else may have made it in between. */
function unlessPresent(folder: string, error: unknown): void {
  if (codeOf(error) !== "EEXIST" || !isFolder(folder)) throw new FolderError(folder, error);
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
