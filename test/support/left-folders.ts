import { lstatSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeOf } from "../../shared/errors.ts";

const PREFIX = "atelier-test-";
/** How the names of this process's temporary folders begin. */
export const OWN_PREFIX = join(tmpdir(), `${PREFIX}${process.pid}-`);

/** Before all tests: removes this user's folders of those that were killed. */
export function setup(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : Number.NaN;
    if (pid > 0 && !isAlive(pid)) removeOwn(join(tmpdir(), name));
  }
}

function removeOwn(folder: string): void {
  try {
    if (lstatSync(folder).uid === process.getuid?.()) rmSync(folder, { recursive: true, force: true });
  } catch {
    // What cannot be removed, or was by another run of the tests, is no reason to run none.
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) !== "ESRCH";
  }
}
