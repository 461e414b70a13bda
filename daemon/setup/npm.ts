import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { codeOf, messageOf, UserError } from "../../shared/errors.ts";

const PATIENCE_MS = 15 * 60_000;

/** Runs npm and resolves with what it prints. Throws a UserError with npm's own words. */
export async function npm(args: readonly string[]): Promise<string> {
  // Under `npm run` that npm is used; its program is a script for Node.
  const script = process.env["npm_execpath"];
  const isScript = script !== undefined && /npm-cli\.c?js$/.test(script);
  const [program, first] = isScript ? [process.execPath, [script]] : ["npm", []];
  try {
    const { stdout } = await promisify(execFile)(program, [...first, ...args], { timeout: PATIENCE_MS });
    return stdout;
  } catch (error) {
    if (codeOf(error) === "ENOENT") throw new UserError("npm is not to be found; install it, then try again");
    const stderr = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
    const said = /no space left|ENOSPC/i.test(stderr) ? "the disk is full" : stderr.trim().split("\n")[0];
    throw new UserError(`npm ${args[0]} failed: ${said || messageOf(error)}`);
  }
}
