import { resolve } from "node:path";
import type { z } from "zod";
import { messageOf, UsageError, UserError } from "../../shared/errors.ts";
import { ProgramError, runProgram } from "./program.ts";

/** A Python that somebody named: a path from here on, but a name that is looked up in PATH stays a name. */
export function pythonPath(python: string): string {
  // As a shell's variable that is not set.
  if (python === "") throw new UsageError("--from-python is empty; it takes the path of a Python's program");
  return python.includes("/") ? resolve(python) : python;
}

/** What a script prints as JSON when a Python that somebody named runs it. Throws a UserError where it is none. */
export async function askPython<T>(python: string, script: string, schema: z.ZodType<T>): Promise<T> {
  let answer: string;
  try {
    answer = await runProgram(python, ["-c", script]);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    if (error.isMissing)
      throw new UserError(`there is no Python ${python}; --from-python takes the path of its program`);
    // Not the script, which is long.
    const [said = "it cannot be run"] = error.output.split("\n").filter(Boolean).slice(-1);
    throw new UserError(`${python} does not answer like a Python 3: ${said}`);
  }
  try {
    return schema.parse(JSON.parse(answer));
  } catch (error) {
    throw new UserError(`${python} does not answer like a Python 3: ${messageOf(error)}`);
  }
}
