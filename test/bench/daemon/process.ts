import { type ChildProcess, fork } from "node:child_process";
import { Connection } from "../../../tui/client/connection.ts";
import { DAEMON_NODE_OPTIONS } from "../../../tui/client/start-daemon.ts";
import { DAEMON } from "../../support/built.ts";
import { addressOf } from "../../support/daemon.ts";
import { cpuSeconds, residentBytes } from "../usage.ts";

export interface BenchedDaemon extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly client: Connection;
  /** Seconds from the start of the process until it answered. */
  readonly startSeconds: number;
  rssBytes(): number;
  /** Seconds of processor time that the daemon itself has taken. */
  cpuSeconds(): number;
}

export async function startBenched(home: string, args: readonly string[] = []): Promise<BenchedDaemon> {
  const began = performance.now();
  const child = fork(DAEMON, ["--weights", "untrained", ...args], {
    env: { ...process.env, ATELIER_HOME: home },
    execArgv: DAEMON_NODE_OPTIONS,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await new Promise((resolve) => child.once("message", resolve));
  const client = new Connection(addressOf(home));
  await client.open();
  await client.request("status", {});
  const startSeconds = (performance.now() - began) / 1000;
  return {
    child,
    client,
    startSeconds,
    rssBytes: () => residentBytes(child.pid ?? 0).now,
    cpuSeconds: () => cpuSeconds(child.pid ?? 0),
    async [Symbol.asyncDispose]() {
      client.close();
      const exited = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await exited;
    },
  };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
