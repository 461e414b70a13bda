/** atelierd: started by `atelier up` or by a service manager. */

import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { DAEMON_OPTIONS, parseListen, type StartMessage } from "../shared/daemon-options.ts";
import { parseDevices, parseEngine } from "../shared/devices.ts";
import { fileProblem, UsageError, UserError } from "../shared/errors.ts";
import { homeFolder, socketPath, TOKEN_FILE } from "../shared/home.ts";
import { isWithin, LIMITS, rangeText } from "../shared/limits.ts";
import { Daemon } from "./daemon.ts";
import { lock as lockFile } from "./files/lock.ts";
import { openLog } from "./logs.ts";
import { obstacleOf } from "./queue/database.ts";
import { HomeLayout } from "./queue/layout.ts";
import { isLoopback, loadToken } from "./server/access.ts";

/** From the request to end until the process is gone, whatever the iteration at hand takes. */
const END_MS = 9000;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: DAEMON_OPTIONS });
  refuseNoProgram("hook", values.hook);
  for (const name of ["hook", "tls-cert", "tls-key"] as const) refuseMissing(name, values[name]);
  if (values.weights !== "untrained") refuseMissing("weights", values.weights);
  for (const name of ["tls-cert", "tls-key", "host", "insecure-remote"] as const)
    if (values[name] !== undefined && values.listen === undefined)
      throw new UsageError(`--${name} is of use with --listen only`);
  const wishes = parseDevices(values.device ?? "auto", parseEngine(values.engine));
  const layout = new HomeLayout(homeFolder("data"));
  const lock = lockFile(
    layout.lock,
    `a daemon is already at work on this home (${layout.lock} is locked); see: atelier status`,
  );
  process.on("exit", () => lock[Symbol.dispose]());
  const isForeground = values.foreground === true;
  const log = openLog(layout.data, (id) => layout.jobFolder(id), isForeground);

  let isEnding = false;
  const end = (why: string) => {
    if (isEnding) return;
    isEnding = true;
    log.info(`ending: ${why}`);
    setTimeout(() => {
      log.warn("the iteration took too long to wait for; its work is repeated");
      process.exit(0);
    }, END_MS).unref();
    // Given time for the answer to whoever asked.
    setImmediate(() => {
      daemon
        .close()
        .then(() => process.exit(0))
        .catch((error: unknown) => fail(error));
    });
  };
  const fail = (error: unknown) => {
    const text = stackOf(error);
    log.fatal({ error: text }, "the daemon failed");
    if (!isForeground) process.stderr.write(`atelierd: ${text}\n`);
    process.exit(1);
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);

  const daemon = new Daemon({
    layout,
    log,
    paused: values.paused === true,
    wishes,
    threads: wholeThreads(values.threads),
    retrySeconds: seconds("device-retry", values["device-retry"]),
    weights: values.weights,
    checkpointSeconds: seconds("checkpoint-seconds", values["checkpoint-seconds"]),
    silenceSeconds: seconds("worker-silence", values["worker-silence"], LEAST_SILENCE_SECONDS),
    iterationSeconds:
      values["iteration-limit"] === undefined
        ? undefined
        : seconds("iteration-limit", values["iteration-limit"], 1),
    hook: values.hook,
    onShutdown: end,
  });
  await daemon.start();
  if (values.listen !== undefined) await listen(daemon, layout, values.listen);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => end(signal));
  log.info({ pid: process.pid, home: layout.data, socket: socketPath() }, "up");
  tellParent({ ready: true });

  async function listen(one: Daemon, { data }: HomeLayout, address: string): Promise<void> {
    const { host, port } = parseListen(address);
    const { "tls-cert": cert, "tls-key": key } = values;
    if ((cert === undefined) !== (key === undefined))
      throw new UsageError("--tls-cert and --tls-key go together");
    const tls =
      cert === undefined || key === undefined
        ? undefined
        : { cert: readPem("tls-cert", cert), key: readPem("tls-key", key) };
    if (!isLoopback(host) && tls === undefined && values["insecure-remote"] !== true)
      throw new UserError(
        `${host} can be reached from other machines: give --tls-cert and --tls-key, or reach it through ssh -L, or accept the risk with --insecure-remote`,
      );
    const token = loadToken(join(data, TOKEN_FILE));
    const hosts = new Set([host, ...(values.host ?? [])].map((name) => name.toLowerCase()));
    const actual = await one.server.listenOnTcp(host, port, { kind: "tcp", token, hosts }, tls);
    log.info({ host, port: actual, tls: tls !== undefined }, "listening");
  }
}

function readPem(name: string, file: string): Buffer {
  try {
    const bytes = readFileSync(resolve(file));
    if (bytes.includes("-----BEGIN ")) return bytes;
  } catch (error) {
    throw new UserError(`--${name}: cannot read ${file}: ${fileProblem(error)}`);
  }
  throw new UserError(`--${name}: ${file} holds no PEM`);
}

/** At once, since later nobody would look. */
function refuseMissing(name: string, file: string | undefined): void {
  if (file !== undefined && !existsSync(file)) throw new UsageError(`--${name}: there is no file ${file}`);
}

function refuseNoProgram(name: string, file: string | undefined): void {
  if (file === undefined || !existsSync(file)) return;
  try {
    if (!statSync(file).isFile()) throw new UsageError(`--${name}: ${file} is no file`);
    accessSync(file, constants.X_OK);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`--${name}: ${file} cannot be run; make it a program: chmod +x ${file}`);
  }
}

/** A worker gives a sign of life every second. */
const LEAST_SILENCE_SECONDS = 2;
/** Timers know no longer waits. */
const MOST_SECONDS = 2e6;

function seconds(name: string, text: string, least = 0): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= least && value <= MOST_SECONDS))
    throw new UsageError(
      `--${name}: expected a number of seconds from ${least} to ${MOST_SECONDS}, not "${text}"`,
    );
  return value;
}

function wholeThreads(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || !isWithin(value, LIMITS.threads))
    throw new UsageError(
      `--threads: expected a whole number from ${rangeText(LIMITS.threads)}, not "${text}"`,
    );
  return value;
}

function obstacleTo(error: unknown): string | undefined {
  const { what, remedy } = obstacleOf(error) ?? {};
  return what && `cannot start: ${what}; ${remedy}`;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Whoever started the daemon waits for this. */
function tellParent(message: StartMessage): void {
  if (process.send === undefined) return;
  process.send(message, () => {
    if (process.connected) process.disconnect();
  });
}

main().catch((error: unknown) => {
  const text = error instanceof UserError ? error.message : (obstacleTo(error) ?? stackOf(error));
  process.stderr.write(`atelierd: ${text}\n`);
  tellParent({ error: text, isUsage: error instanceof UsageError });
  process.exitCode = error instanceof UsageError ? 2 : 1;
  // A lock or a socket that is already open would keep the process alive.
  setTimeout(() => process.exit(), 100).unref();
});
