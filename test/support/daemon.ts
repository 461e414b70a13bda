import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { isFinished, type Job } from "../../shared/jobs.ts";
import type { DaemonEvent } from "../../shared/protocol.ts";
import type { Recipe } from "../../shared/recipe.ts";
import type { Params } from "../../shared/requests.ts";
import { type Address, resolveAddress } from "../../tui/client/address.ts";
import { Connection } from "../../tui/client/connection.ts";
import { DAEMON } from "./built.ts";

/** A daemon of its own home, as a process of its own. */
export interface DaemonProcess {
  readonly home: string;
  readonly child: ChildProcess;
  readonly pid: number;
  /** A connection that is closed when the test ends. */
  connect(): Promise<Connection>;
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  end(): Promise<number | null>;
}

/** On cores that others use as well, threads that wait for each other take time from all. */
export const ONE_THREAD = ["--threads", "1"];

/** Ends the daemon with the process of the tests, also where that is killed: nobody else would. */
const TOGETHER = [
  "--import",
  "data:text/javascript,process.stdin.resume().on('close', () => process.kill(process.pid, 'SIGKILL'))",
];

/** Starts the daemon that `npm run build` made; it is killed when the test ends. Throws what it says when it cannot start. */
export async function startDaemon(
  home: string,
  args: readonly string[] = ["--weights", "untrained"],
  extra: NodeJS.ProcessEnv = {},
): Promise<DaemonProcess> {
  const child = fork(DAEMON, [...ONE_THREAD, ...args], {
    env: { ...process.env, ATELIER_HOME: home, ...extra },
    execArgv: TOGETHER,
    stdio: ["pipe", "inherit", "pipe", "ipc"],
  });
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const exited = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
  await new Promise<void>((resolve, reject) => {
    child.once("message", (message: { ready: true } | { error: string }) =>
      "error" in message ? reject(new Error(message.error)) : resolve(),
    );
    child.once("exit", (code) => reject(new Error(`the daemon ended with ${code}: ${said}`)));
  });
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  onTestFinished(kill);
  return {
    home,
    child,
    pid: child.pid ?? 0,
    kill,
    async connect() {
      const connection = await connectTo(home);
      onTestFinished(() => connection.close());
      return connection;
    },
    async end() {
      child.kill("SIGTERM");
      return await exited;
    },
  };
}

export function socketOf(home: string): string {
  return join(home, "run/daemon.sock");
}

/** Where the daemon of a home is reached. */
export function addressOf(home: string): Address {
  const { ATELIER_HOME: before } = process.env;
  process.env["ATELIER_HOME"] = home;
  const address = resolveAddress({});
  if (before === undefined) delete process.env["ATELIER_HOME"];
  else process.env["ATELIER_HOME"] = before;
  return address;
}

/** A connection to the daemon of a home. */
export async function connectTo(home: string): Promise<Connection> {
  if (!existsSync(socketOf(home))) throw new Error(`no socket in ${home}`);
  const connection = new Connection(addressOf(home));
  await connection.open();
  return connection;
}

/** The process of the daemon's first worker; throws where it has none. */
export async function workerPid(client: Connection): Promise<number> {
  return pidOf((await client.request("status", {})).workers[0]);
}

/** A worker's process: a missing one must not stand for 0, which is all of the test's own processes. */
export function pidOf(worker: { readonly pid: number | null } | undefined): number {
  if (worker?.pid == null) throw new Error("there is no worker");
  return worker.pid;
}

export function addParams(recipe: Recipe, rest: Partial<Params<"add">> = {}): Params<"add"> {
  return { recipe, timeline: [], out: null, group: "", priority: 0, after: [], held: false, ...rest };
}

/** Waits until a job is as `isSo` wants it, by its events. */
export async function untilJob(
  daemon: Connection,
  id: string,
  isSo: (job: Job) => boolean = isFinished,
): Promise<Job> {
  return await new Promise((resolve, reject) => {
    let job: Job | undefined;
    const look = () => {
      if (job === undefined || !isSo(job)) return;
      daemon.off("event", onEvent);
      resolve(job);
    };
    const onEvent = (event: DaemonEvent) => {
      if (event.event === "job" && event.job.id === id) job = event.job;
      else if (event.event === "progress" && event.id === id && job !== undefined)
        job = { ...job, progress: event.progress };
      else return;
      look();
    };
    daemon.on("event", onEvent);
    const ask = async () => {
      const shown = await daemon.request("show", { job: id });
      job ??= shown.job;
      look();
    };
    ask().catch(reject);
  });
}

export async function untilIteration(daemon: Connection, id: string, iteration: number): Promise<Job> {
  return await untilJob(daemon, id, (job) => isFinished(job) || (job.progress?.iteration ?? 0) >= iteration);
}
