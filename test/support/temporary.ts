import { mkdtempSync, rmSync } from "node:fs";
import { afterAll, onTestFinished } from "vitest";
import { OWN_PREFIX } from "./left-folders.ts";

/** A folder for one test file's files, removed when it ends. */
export function temporaryFolder(): string {
  const folder = newFolder();
  afterAll(() => remove(folder));
  return folder;
}

/** A home for one run of one test: what is tried again finds nothing of the first try. Removed when it ends. */
export function newHome(): string {
  const home = newFolder();
  onTestFinished(() => remove(home));
  return home;
}

function newFolder(): string {
  return mkdtempSync(OWN_PREFIX);
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
