import { atelier, json } from "../../support/atelier.ts";

/** What a command answers with --json, in a process of its own; throws what it says when it fails. */
export async function ask<T>(args: readonly string[], home: string, env: NodeJS.ProcessEnv = {}): Promise<T> {
  const outcome = await atelier([...args, "--json"], home, env);
  if (outcome.code === 0) return json<T>(outcome);
  throw new Error(outcome.stderr.trim().split("\n").slice(-3).join("; ") || `exit code ${outcome.code}`);
}
