import { appendFileSync, existsSync, renameSync, statSync, truncateSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { type Logger, pino } from "pino";
import { codeOf, fileProblem, messageOf, UserError } from "../shared/errors.ts";
import { DAEMON_LOG, JOB_LOG } from "../shared/home.ts";
import { formatLogLine } from "../shared/log-line.ts";
import { makeFolderSync } from "../shared/make-folder.ts";

/** How large a log grows before it gives way, and how many that did so are kept. */
const DAEMON_ROOM = { bytes: 5e6, kept: 3 };
const JOB_ROOM = { bytes: 1e6, kept: 1 };
/** Text handed out at once. */
const PIECE_BYTES = 256 << 10;

/**
 * The daemon's log; what is said with a `job` also goes into that job's own. Each line is in its file at once. On a
 * terminal (`isForeground`) it is shown as well.
 */
export function openLog(data: string, jobFolder: (id: string) => string, isForeground: boolean): Logger {
  const folder = join(data, "logs");
  makeFolderSync(folder, 0o700);
  const write = (line: string) => {
    append(() => join(folder, DAEMON_LOG), line, DAEMON_ROOM);
    const id = /"job":"([a-z0-9]{8})"/.exec(line)?.[1];
    if (id !== undefined) append(() => join(jobFolder(id), JOB_LOG), line, JOB_ROOM);
    if (isForeground) process.stderr.write(`${formatLogLine(line)}\n`);
  };
  return pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write });
}

/** A log that cannot be written, on a full disk perhaps, must not end the work, and is tried again with the next line. */
function append(fileOf: () => string, line: string, { bytes, kept }: typeof DAEMON_ROOM): void {
  try {
    const file = fileOf();
    if (sizeOf(file) > bytes) rotate(file, kept);
    const size = sizeOf(file);
    try {
      appendFileSync(file, line, { mode: 0o600 });
    } catch (error) {
      // Half a line would spoil the next one.
      if (sizeOf(file) > size) truncateSync(file, size);
      throw error;
    }
  } catch (error) {
    process.stderr.write(`the log cannot be written: ${messageOf(error)}\n`);
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** `log`, `log.1`, `log.2`: each takes the name of the next older one. */
function rotate(file: string, kept: number): void {
  const names = [file, ...Array.from({ length: kept }, (_, i) => `${file}.${i + 1}`)];
  for (const [i, name] of [...names.slice(0, -1).entries()].toReversed())
    if (existsSync(name)) renameSync(name, names[i + 1] as string);
}

interface Piece {
  readonly text: string;
  /** The byte after it. */
  readonly next: number;
}

/**
 * Whole lines of a log from a byte on, or a piece of one that is longer than all that is handed out at once. Where the
 * log has become shorter, by giving way to a new one, what is left of the old one comes first, then the new one's start.
 */
export async function readLog(file: string, offset: number): Promise<Piece> {
  if (offset <= sizeOf(file)) return await readPiece(file, offset);
  const rest = await readPiece(`${file}.1`, offset);
  return rest.text === "" ? await readPiece(file, 0) : rest;
}

async function readPiece(file: string, start: number): Promise<Piece> {
  try {
    await using handle = await open(file, "r");
    const { size } = await handle.stat();
    const room = Math.max(0, Math.min(PIECE_BYTES, size - start));
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(room), { position: start });
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
