import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Command, Option } from "commander";
import { codeOf, UserError } from "../../../shared/errors.ts";
import { DAEMON_LOG, homeFolder, JOB_LOG } from "../../../shared/home.ts";
import { formatLogLine } from "../../../shared/log-line.ts";
import { resolveAddress } from "../../client/address.ts";
import type { Connection } from "../../client/connection.ts";
import { UnreachableError } from "../../client/link-problems.ts";
import { LogLines } from "../../client/log-lines.ts";
import { wholeNumber } from "../../recipe/parsers.ts";
import { print, printData } from "../../terminal/print.ts";
import { addAddressOptions, type DaemonArguments, jobArgument, jsonLinesOption } from "../options.ts";
import { withDaemon } from "./session.ts";

const POLL_MS = 500;

interface LogsArguments extends DaemonArguments {
  follow?: boolean;
  lines?: number;
}

export function addLogsCommand(program: Command): void {
  addAddressOptions(
    program
      .command("logs")
      .summary("the log of the daemon, or of a job")
      .description("Prints the daemon's log, or a job's; with --json as it is written.")
      .addArgument(jobArgument("[job]"))
      .addOption(new Option("-f, --follow", "go on as it grows"))
      .addOption(
        new Option("-n, --lines <n>", "only the last n lines (default: all)").argParser(
          wholeNumber({ min: 0, max: Number.MAX_SAFE_INTEGER }),
        ),
      ),
  )
    .addOption(jsonLinesOption())
    .action(async (job: string | undefined, options: LogsArguments) => {
      const show = (lines: readonly string[]) => {
        for (const line of lines) {
          if (options.json) printData(line);
          else print(formatLogLine(line));
        }
      };
      const { lines: most = Infinity } = options;
      const showLast = async (lines: readonly string[], isLocal: boolean) => {
        const older = isLocal ? await olderLines(job, most - lines.length) : [];
        const all = [...older, ...lines];
        show(all.slice(Math.max(0, all.length - most)));
      };
      const follow = async (daemon: Connection) => {
        const log = new LogLines(daemon, job ?? null);
        const present: string[] = [];
        for await (const lines of log.read()) present.push(...lines);
        await showLast(present, daemon.address.isLocal);
        while (options.follow) {
          await setTimeout(POLL_MS);
          for await (const lines of log.read()) show(lines);
        }
      };
      try {
        await withDaemon(options, follow, { isPatient: options.follow === true });
      } catch (error) {
        // Why a daemon is no longer there is what its log is read for.
        if (!(error instanceof UnreachableError) || !resolveAddress(options).isLocal) throw error;
        await showLast((await linesOf(await logFile(job))) ?? [], true);
      }
    });
}

/** Lines of this machine's logs that have given way: so many, or more, where there are so many. */
async function olderLines(job: string | undefined, missing: number): Promise<string[]> {
  let lines: string[] = [];
  if (missing <= 0) return lines;
  const file = await logFile(job);
  for (let age = 1; lines.length < missing; age++) {
    const older = await linesOf(`${file}.${age}`);
    if (older === undefined) break;
    lines = [...older, ...lines];
  }
  return lines;
}

async function linesOf(file: string): Promise<string[] | undefined> {
  try {
    return (await readFile(file, "utf8")).split("\n").filter(Boolean);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** The log of this machine's daemon, or of a job, by the beginning of its id. */
async function logFile(job: string | undefined): Promise<string> {
  const data = homeFolder("data");
  if (job === undefined) return join(data, "logs", DAEMON_LOG);
  return join(await jobFolder(join(data, "jobs"), job), JOB_LOG);
}

async function jobFolder(jobs: string, prefix: string): Promise<string> {
  const names = existsSync(jobs) ? await readdir(jobs) : [];
  const fitting = names.filter((name) => name.startsWith(prefix));
  const [only] = fitting;
  if (only === undefined || fitting.length > 1)
    throw new UserError(
      `${fitting.length === 0 ? "no job's id begins" : "several jobs' ids begin"} with ${prefix}`,
    );
  return join(jobs, only);
}
