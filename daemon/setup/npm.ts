import { messageOf, UserError } from "../../shared/errors.ts";
import { ProgramError, runProgram } from "./program.ts";

const PATIENCE_MS = 15 * 60_000;

/** Runs npm and resolves with what it prints. Throws a UserError with npm's own words. */
export async function npm(args: readonly string[], signal: AbortSignal): Promise<string> {
  // Under `npm run` that npm is used; its program is a script for Node.
  const script = process.env["npm_execpath"];
  const isScript = script !== undefined && /npm-cli\.c?js$/.test(script);
  const [program, first] = isScript ? [process.execPath, [script]] : ["npm", []];
  try {
    return await runProgram(program, [...first, ...args], { signal, timeout: PATIENCE_MS });
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    if (error.isMissing) throw new UserError("npm is not to be found; install it, then try again");
    const { output } = error;
    const said = /no space left|ENOSPC/i.test(output) ? "the disk is full" : output.trim().split("\n")[0];
    throw new UserError(`npm ${args[0]} failed: ${said || messageOf(error)}`);
  }
}
