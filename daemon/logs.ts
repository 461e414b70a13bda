import { appendFileSync, renameSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { type Logger, multistream, pino } from "pino";
import { createStream } from "rotating-file-stream";
import { codeOf, fileProblem, messageOf, UserError } from "../shared/errors.ts";
import { DAEMON_LOG, JOB_LOG } from "../shared/home.ts";
import { formatLogLine } from "../shared/log-line.ts";
import { makeFolderSync } from "../shared/make-folder.ts";

const MAX_DAEMON_LOG = "5M";
const MAX_JOB_LOG_BYTES = 1 << 20;
/** Text handed out at once. */
const PIECE_BYTES = 256 << 10;

/**
 * The daemon's log; what is said with a `job` also goes into that job's own. Both rotate. On a terminal
 * (`isForeground`) it is shown as well.
 */
export function openLog(data: string, jobFolder: (id: string) => string, isForeground: boolean): Logger {
  makeFolderSync(join(data, "logs"), 0o700);
  const daemonLog = createStream(DAEMON_LOG, {
    path: join(data, "logs"),
    size: MAX_DAEMON_LOG,
    maxFiles: 3,
    mode: 0o600,
  });
  daemonLog.on("error", (error) => complain(error));
  const streams: { stream: NodeJS.WritableStream }[] = [
    { stream: daemonLog },
    { stream: new JobLogs(jobFolder) },
  ];
  if (isForeground)
    streams.push({
      stream: new Writable({
        write(line: Buffer, _encoding, done) {
          process.stderr.write(`${formatLogLine(line.toString())}\n`);
          done();
        },
      }),
    });
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, multistream(streams));
}

/** The last line, of what ends the daemon: at once, since the log itself is written a moment later. */
export function logAtEnd(data: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const line = {
    level: pino.levels.values["fatal"],
    time: new Date(),
    error: text,
    msg: "the daemon failed",
  };
  try {
    appendFileSync(join(data, "logs", DAEMON_LOG), `${JSON.stringify(line)}\n`, { mode: 0o600 });
  } catch (problem) {
    complain(problem);
  }
  process.stderr.write(`atelierd: ${text}\n`);
}

/** Appends each line that names a job to that job's log. */
class JobLogs extends Writable {
  readonly #folderOf: (id: string) => string;

  constructor(folderOf: (id: string) => string) {
    super();
    this.#folderOf = folderOf;
  }

  override _write(line: Buffer, _encoding: string, done: () => void): void {
    const id = /"job":"([a-z0-9]{8})"/.exec(line.toString())?.[1];
    if (id !== undefined)
      try {
        const file = join(this.#folderOf(id), JOB_LOG);
        appendFileSync(file, line, { mode: 0o600 });
        if (statSync(file).size > MAX_JOB_LOG_BYTES) renameSync(file, `${file}.1`);
      } catch (error) {
        // A log that cannot be written, on a full disk perhaps, must not end the work.
        complain(error);
      }
    done();
  }
}

function complain(error: unknown): void {
  process.stderr.write(`the log cannot be written: ${messageOf(error)}\n`);
}

/**
 * Whole lines of a log from a byte on, or a piece of one that is longer than all that is handed out at once; from the
 * start again where the log has become shorter, by being rotated.
 */
export async function readLog(file: string, offset: number): Promise<{ text: string; next: number }> {
  try {
    await using handle = await open(file, "r");
    const { size } = await handle.stat();
    const start = offset > size ? 0 : offset;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(PIECE_BYTES, size - start)), {
      position: start,
    });
    const lines = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1;
    const end = lines > 0 || bytesRead < PIECE_BYTES ? lines : lastCharacter(buffer);
    return { text: buffer.toString("utf8", 0, end), next: start + end };
  } catch (error) {
    // Nothing was logged yet.
    if (codeOf(error) === "ENOENT") return { text: "", next: 0 };
    throw new UserError(`cannot read the log ${file}: ${fileProblem(error)}`);
  }
}

/** Where the last character begins, which may not be all there. */
function lastCharacter(text: Buffer): number {
  return text.findLastIndex((byte) => (byte & 0xc0) !== 0x80);
}
