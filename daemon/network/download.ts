import { createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf, fileProblem, InterruptedError, messageOf, UserError } from "../../shared/errors.ts";
import { makeFolder } from "../../shared/make-folder.ts";
import { syncFolder } from "../files/durable-write.ts";
import { hashFile } from "../files/hash-file.ts";
import { lock } from "../files/lock.ts";
import { fetchFromWeb } from "./web.ts";

export interface DownloadSource {
  readonly url: string;
  readonly file: string;
  readonly bytes: number;
  readonly md5: string;
  readonly signal: AbortSignal;
}

export interface DownloadProgress {
  readonly received: number;
  readonly total: number;
}

const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 250;
/** A server that sends nothing for this long counts as gone. */
const SILENCE_MS = 30_000;

/**
 * Downloads into `file`.part, goes on where an earlier attempt or process broke off, and moves the
 * result to `file` only when size and md5 are right. One process at a time. Throws a UserError; what was
 * received is kept unless its content is wrong.
 */
export async function download(
  source: DownloadSource,
  onProgress: (progress: DownloadProgress) => void,
): Promise<void> {
  const part = `${source.file}.part`;
  try {
    await makeFolder(dirname(source.file), 0o700);
    if ((await sizeOf(source.file)) === source.bytes && (await hashFile("md5", source.file)) === source.md5)
      return;
  } catch (error) {
    throw new UserError(`cannot write ${source.file}: ${fileProblem(error)}`);
  }
  using _ = lock(
    `${source.file}.lock`,
    `another process downloads ${source.file}; try again when it is done`,
  );
  let progressless = 0;
  while ((await sizeOf(part)) < source.bytes) {
    const before = await sizeOf(part);
    try {
      await receive(source, part, before, onProgress);
    } catch (error) {
      if (error instanceof UserError || source.signal.aborted) throw explained(source, error);
      if (WRITE_ERRORS.has(codeOf(error) ?? ""))
        throw new UserError(`cannot write ${part}: ${fileProblem(error)}`);
      progressless = (await sizeOf(part)) > before ? 0 : progressless + 1;
      if (progressless >= ATTEMPTS) throw explained(source, error);
      await sleep(FIRST_PAUSE_MS * 2 ** progressless, undefined, { signal: source.signal }).catch(
        (stopped: unknown) => {
          throw explained(source, stopped);
        },
      );
    }
  }
  const size = await sizeOf(part);
  const md5 = await hashFile("md5", part);
  if (size !== source.bytes || md5 !== source.md5) {
    await rm(part, { force: true });
    throw new UserError(
      `${source.url} is not the expected file: ${size} bytes with md5 ${md5}, expected ${source.bytes} with ${source.md5}; it was removed, try again or another source`,
    );
  }
  await using handle = await open(part, "r");
  await handle.sync();
  await rename(part, source.file);
  await syncFolder(dirname(source.file));
}

const WRITE_ERRORS = new Set(["ENOSPC", "EDQUOT", "EFBIG", "EACCES", "EPERM", "EROFS", "EIO"]);

/** One request, from byte `start` on, appended to `part`. */
async function receive(
  { url, bytes, signal }: DownloadSource,
  part: string,
  start: number,
  onProgress: (progress: DownloadProgress) => void,
): Promise<void> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error(`no data for ${SILENCE_MS / 1000} s`)), SILENCE_MS);
  try {
    const response = await fetchFromWeb(url, {
      headers: start > 0 ? { range: `bytes=${start}-` } : {},
      signal: AbortSignal.any([signal, silence.signal]),
    });
    const isResumed =
      response.status === 206 && response.headers.get("content-range")?.startsWith(`bytes ${start}-`);
    if (!response.ok || response.body === null) {
      const message = `${url} answered ${response.status} ${response.statusText}`;
      throw response.status >= 500 || response.status === 429 ? new Error(message) : new UserError(message);
    }
    // The page of a network's login, for one, must not take the place of what is there already.
    const announced = announcedBytes(response.headers);
    if (announced !== undefined && announced !== bytes)
      throw new UserError(`${url} sends ${announced} bytes, expected ${bytes}; it is another file`);
    if (announced === undefined && start > 0 && !isResumed)
      throw new UserError(
        `${url} neither goes on at a byte nor says how long its file is, and might be another; try another source, or delete ${part} to start anew`,
      );
    let received = isResumed ? start : 0;
    const counter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        timer.refresh();
        received += chunk.length;
        // A server that sends more than was announced must not fill the disk.
        if (received > bytes)
          done(new UserError(`${url} sends more than the expected ${bytes} bytes; it is another file`));
        else {
          onProgress({ received, total: bytes });
          done(null, chunk);
        }
      },
    });
    await pipeline(
      Readable.fromWeb(response.body),
      counter,
      createWriteStream(part, { flags: isResumed ? "a" : "w", mode: 0o600 }),
    );
    if (received < bytes) throw new Error(`the connection closed after ${received} of ${bytes} bytes`);
  } finally {
    clearTimeout(timer);
  }
}

/** How long the whole file is, where a server says so; what is compressed on its way has another length. */
function announcedBytes(headers: Headers): number | undefined {
  if (headers.has("content-encoding")) return undefined;
  const range = headers.get("content-range");
  const length = range === null ? headers.get("content-length") : range.replace(/^.*\//, "");
  return length === null || length === "*" ? undefined : Number(length);
}

function explained({ url, file, signal }: DownloadSource, error: unknown): UserError {
  if (error instanceof UserError) return error;
  if (signal.aborted)
    return new InterruptedError("the download was stopped; run the command again to go on where it stopped");
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return new UserError(
    `cannot download ${url}: ${messageOf(cause)}; run the command again to go on, or bring ${file} by other means: atelier weights import FILE`,
  );
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return 0;
    throw error;
  }
}
