import { readFileSync } from "node:fs";
import type { z } from "zod";
import { codeOf, UserError } from "../../shared/errors.ts";

/** What `atelier setup PART` wrote of what it made; undefined where it made nothing. Throws a UserError where that is unreadable. */
export function readSetupRecord<T>(file: string, schema: z.ZodType<T>, part: string): T | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw new UserError(
      `${file} is not what the setup writes; run: atelier setup ${part} --undo, then atelier setup ${part}`,
    );
  }
}
