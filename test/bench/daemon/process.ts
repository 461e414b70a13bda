import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Connection } from "../../../tui/client/connection.ts";
import { DAEMON_NODE_OPTIONS } from "../../../tui/client/start-daemon.ts";
import { addressOf } from "../../support/daemon.ts";

const PROGRAM = join(import.meta.dirname, "../../../dist/daemon/main.js");

const TICKS_PER_SECOND = 100;

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
  const child = fork(PROGRAM, ["--weights", "untrained", ...args], {
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
    rssBytes: () =>
      1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1]),
    cpuSeconds() {
      const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    },
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
