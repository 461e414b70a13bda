import { writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Recipe } from "../../shared/recipe.ts";
import { atelier } from "./atelier.ts";
import { ONE_THREAD } from "./daemon.ts";

/** Makes a recipe's picture without a daemon, with as many threads as the daemons of tests have. */
export async function makeInForeground(recipe: Recipe, out: string): Promise<void> {
  const file = `${out}.json`;
  writeFileSync(file, JSON.stringify(recipe));
  const args = ["run", ...ONE_THREAD, "--weights", "untrained", "--recipe", file, "--out", out];
  const { code, stderr } = await atelier(args, dirname(out));
  if (code !== 0) throw new Error(stderr);
}
