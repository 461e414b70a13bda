import { fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { DAEMON_OPTIONS } from "../../../shared/daemon-options.ts";
import { UsageError, UserError, writeProblem } from "../../../shared/errors.ts";
import { userFolder } from "../../../shared/home.ts";
import { makeFolderSync } from "../../../shared/make-folder.ts";
import { programFile } from "../../../shared/programs.ts";
import type { Result } from "../../../shared/requests.ts";
import { UnreachableError } from "../../client/link-problems.ts";
import { DAEMON_NODE_OPTIONS, startDaemon } from "../../client/start-daemon.ts";
import { count, paintOut, print, printJson, say } from "../../terminal/print.ts";
import { jsonOption } from "../options.ts";
import { QUEUE_IS_PAUSED } from "./command.ts";
import { withDaemon } from "./session.ts";

/** Options whose value is a file, made absolute because the daemon lives elsewhere. */
const FILES: readonly string[] = ["weights", "hook", "tls-cert", "tls-key"];

export function addUpCommand(program: Command): void {
  const up = program
    .command("up")
    .summary("start the daemon")
    .description(
      "Starts the daemon: it works through the queue, also when nobody is connected. One that is up already keeps its options.",
    )
    .addOption(new Option("--install", "write a systemd user unit with these options instead"))
    .addOption(jsonOption());
  for (const [name, option] of Object.entries(DAEMON_OPTIONS)) {
    const flags = option.type === "boolean" ? `--${name}` : `--${name} <value>`;
    const meaning = "default" in option ? `${option.meaning} (default: ${option.default})` : option.meaning;
    up.addOption(
      "multiple" in option
        ? new Option(flags, meaning).argParser((text: string, before: string[] | undefined) => [
            ...(before ?? []),
            text,
          ])
        : new Option(flags, meaning),
    );
  }
  up.action(async (_options: unknown, command: Command) => {
    const { json, install, foreground } = command.opts<{
      json?: boolean;
      install?: boolean;
      foreground?: boolean;
    }>();
    if (process.env["ATELIER_CONNECT"] && install !== true)
      throw new UsageError(
        `ATELIER_CONNECT names a daemon elsewhere (${process.env["ATELIER_CONNECT"]}), which all other commands would go to; unset it to start one here`,
      );
    const args = daemonArguments(command);
    if (install) return installUnit(args, json);
    if (foreground) return await runInForeground(args);
    const present = await pidOfPresent();
    if (present !== undefined && args.length > 0)
      throw new UserError(
        `the daemon is up already (process ${present}), with the options that it was started with; to give it others: atelier down`,
      );
    const pid = present ?? (await startDaemon(args));
    if (json) printJson({ pid });
    else {
      print(`the daemon is up${present === undefined ? "" : " already"} (process ${pid})`);
      say(adviceFor(await statusOfPresent()));
    }
  });
}

async function statusOfPresent(): Promise<Result<"status">> {
  return await withDaemon({}, async (daemon) => await daemon.request("status", {}));
}

/** The process of a daemon that answers already. */
async function pidOfPresent(): Promise<number | undefined> {
  try {
    return (await statusOfPresent()).pid;
  } catch (error) {
    if (error instanceof UnreachableError) return undefined;
    throw error;
  }
}

/** What to do next: as far as that is known so soon after a start, none of the devices may work. */
function adviceFor({ workers, jobs, paused }: Result<"status">): string {
  const [first] = workers;
  if (first !== undefined && workers.every(({ state }) => state === "aside"))
    return `but jobs will wait until a device works: ${first.detail}`;
  const waiting = (jobs.queued ?? 0) + (jobs.running ?? 0);
  if (paused) return waiting === 0 ? QUEUE_IS_PAUSED : `${count(waiting, "job")} waiting: ${QUEUE_IS_PAUSED}`;
  return waiting === 0
    ? "add a job with: atelier add --content PHOTO --style PAINTING"
    : `${count(waiting, "job")} in the queue; see: atelier list`;
}

/** The options that were given, for the daemon's own command line. */
function daemonArguments(command: Command): string[] {
  return Object.keys(DAEMON_OPTIONS).flatMap((name) => {
    const value: string | string[] | boolean | undefined = command.getOptionValue(
      command.options.find(({ long }) => long === `--${name}`)?.attributeName() ?? "",
    );
    if (value === undefined || value === false) return [];
    if (value === true) return [`--${name}`];
    return [value].flat().map((one) => `--${name}=${absolute(name, one)}`);
  });
}

function absolute(name: string, value: string): string {
  const isFile = FILES.includes(name) && value !== "untrained" && !isAbsolute(value);
  return isFile ? resolve(value) : value;
}

async function runInForeground(args: readonly string[]): Promise<void> {
  const child = fork(programFile("daemon"), [...args], {
    execArgv: DAEMON_NODE_OPTIONS,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  // The terminal sends these to the daemon as well; this process only waits for it.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise<number>((done) => {
    child.once("error", () => done(1));
    child.once("exit", (code) => done(code ?? 1));
  });
}

function installUnit(args: readonly string[], json: boolean | undefined): void {
  const folder = join(userFolder("config"), "systemd/user");
  const file = join(folder, "atelier.service");
  const home = process.env["ATELIER_HOME"];
  const command = [
    process.execPath,
    ...DAEMON_NODE_OPTIONS,
    programFile("daemon"),
    ...args.filter((one) => one !== "--foreground"),
  ];
  // Only the daemon is told to end (mixed): its workers have a checkpoint to make first.
  const unit = `[Unit]
Description=Atelier: neural style transfer
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
ExecStart=${command.map(quoteForUnit).join(" ")}
${home === undefined ? "" : `Environment=${quoteForUnit(`ATELIER_HOME=${resolve(home)}`)}\n`}Restart=on-failure
KillMode=mixed
TimeoutStopSec=15

[Install]
WantedBy=default.target
`;
  makeFolderSync(folder);
  try {
    writeFileSync(file, unit);
  } catch (error) {
    throw new UserError(writeProblem(file, error));
  }
  if (json) return printJson({ file, unit });
  print(`wrote ${paintOut("bold", file)}`);
  print(
    "start it, now and at every login: systemctl --user daemon-reload && systemctl --user enable --now atelier",
  );
  print("at boot, without a login:         loginctl enable-linger");
}

/** systemd's own quoting: backslashes, quotes, and its specifiers and variables. */
function quoteForUnit(text: string): string {
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("%", "%%")
    .replaceAll("$", "$$$$");
  return /[\s"\\]/.test(text) ? `"${escaped}"` : escaped;
}
