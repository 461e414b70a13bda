import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { Deed } from "./deeds.ts";
import type { Shell } from "./shell.ts";

/** Carries out what writes these files; asks first where some are there. */
export function writeFiles(
  { carryOut, confirm }: Pick<Shell, "carryOut" | "confirm">,
  deed: Deed,
  files: readonly string[],
): void {
  const [there, ...others] = files.filter((file) => existsSync(file));
  if (there === undefined) return carryOut(deed);
  const which = others.length === 0 ? basename(there) : `${1 + others.length} files written earlier`;
  confirm(`write over ${which}`, deed);
}
