import { type ChildProcess, spawn } from "node:child_process";
import { BIN } from "./built.ts";

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the real command as a process of its own, with a home of its own. */
export function startAtelier(
  args: readonly string[],
  home: string,
  extra: NodeJS.ProcessEnv = {},
): ChildProcess {
  const { CI: _ci, ...environment } = process.env;
  return spawn(process.execPath, [BIN, ...args], {
    cwd: home,
    env: { ...environment, ATELIER_HOME: home, ...extra },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

export async function ended(child: ChildProcess): Promise<Outcome> {
  let [stdout, stderr] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => (stdout += chunk));
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { code, stdout, stderr };
}

export async function atelier(
  args: readonly string[],
  home: string,
  extra: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  return await ended(startAtelier(args, home, extra));
}

/** The one JSON document on stdout. */
export function json<T = Record<string, unknown>>({ stdout }: Outcome): T {
  return JSON.parse(stdout) as T;
}
