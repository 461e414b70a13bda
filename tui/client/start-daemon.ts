import { fork } from "node:child_process";
import { resolve } from "node:path";
import type { StartMessage } from "../../shared/daemon-options.ts";
import { UsageError, UserError } from "../../shared/errors.ts";
import { programFile } from "../../shared/programs.ts";

/** The daemon's garbage is young and small: a large nursery would only make the process larger. */
export const DAEMON_NODE_OPTIONS = ["--max-semi-space-size=8"];

/** Starts the daemon on its own and waits until it answers, or says why it does not. */
export async function startDaemon(args: readonly string[]): Promise<number> {
  const { ATELIER_HOME: home } = process.env;
  const child = fork(programFile("daemon"), [...args], {
    execArgv: DAEMON_NODE_OPTIONS,
    detached: true,
    cwd: "/",
    env: { ...process.env, ...(home && { ATELIER_HOME: resolve(home) }) },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  const outcome = await new Promise<StartMessage>((done) => {
    const fail = (error: string) => done({ error, isUsage: false });
    child.once("message", (message) => done(message as StartMessage));
    child.once("error", ({ message }) => fail(message));
    child.once("exit", (code, signal) => fail(`it ended with ${signal ?? `code ${code}`}`));
  });
  if ("error" in outcome) {
    const text = `the daemon did not start: ${outcome.error}`;
    throw outcome.isUsage ? new UsageError(text) : new UserError(text);
  }
  if (child.connected) child.disconnect();
  child.unref();
  return child.pid ?? 0;
}
