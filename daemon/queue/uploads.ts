import { appendFile, rm } from "node:fs/promises";
import type { Params } from "../../shared/requests.ts";
import { RefusedError } from "./refused-error.ts";

export const MAX_UPLOADS = 16;
/** One that nothing came of for so long gives its place to another. */
const ABANDONED_MS = 60_000;

interface Upload {
  readonly total: number;
  /** Bytes that are there, or are being written. */
  received: number;
  /** Ends when all pieces so far are in the file, and after the last one when the picture is kept. */
  written: Promise<void>;
  /** When the last piece came, by a clock that nobody sets. */
  at: number;
}

/** Pictures on their way, piece by piece. Several clients may send the same one: each goes on where it stands. */
export class Uploads {
  readonly #partOf: (sha256: string) => string;
  readonly #keep: (part: string, sha256: string) => Promise<void>;
  readonly #arriving = new Map<string, Upload>();

  /** Where parts are gathered, and what is done with a whole one. */
  constructor(partOf: (sha256: string) => string, keep: (part: string, sha256: string) => Promise<void>) {
    this.#partOf = partOf;
    this.#keep = keep;
  }

  has(sha256: string): boolean {
    return this.#arriving.has(sha256);
  }

  /** Takes the next piece; the number of bytes that are there now. */
  async receive({ sha256, total, offset, data }: Params<"upload">): Promise<number> {
    const bytes = Buffer.from(data, "base64");
    if (bytes.length === 0) throw new RefusedError("refused", "the piece is empty");
    if (offset + bytes.length > total)
      throw new RefusedError("refused", "the pieces are longer than the announced total");
    const upload = this.#arriving.get(sha256) ?? this.#begin(sha256, total, offset);
    if (upload.total !== total)
      throw new RefusedError("refused", `the picture was announced with ${upload.total} bytes before`);
    if (offset > upload.received)
      throw new RefusedError("refused", `a piece at ${offset} was sent, expected one at ${upload.received}`);
    upload.at = performance.now();
    if (offset === upload.received) {
      upload.received += bytes.length;
      upload.written = this.#write(sha256, upload, bytes, upload.written);
    }
    const { received } = upload;
    await upload.written;
    return received;
  }

  #begin(sha256: string, total: number, offset: number): Upload {
    if (offset !== 0)
      throw new RefusedError("refused", `a piece at ${offset} was sent, expected one at 0; begin again`);
    if (this.#arriving.size >= MAX_UPLOADS) this.#makeRoom();
    const written = rm(this.#partOf(sha256), { force: true });
    const upload = { total, received: 0, written, at: performance.now() };
    this.#arriving.set(sha256, upload);
    return upload;
  }

  #makeRoom(): void {
    const [[stalest, { at }] = ["", { at: Infinity }]] = [...this.#arriving].toSorted(
      ([, a], [, b]) => a.at - b.at,
    );
    if (performance.now() - at < ABANDONED_MS)
      throw new RefusedError("refused", `more than ${MAX_UPLOADS} pictures on their way; try again`);
    this.#arriving.delete(stalest);
    // What cannot be deleted goes with the next cleaning up.
    rm(this.#partOf(stalest), { force: true }).catch(() => {});
  }

  async #write(sha256: string, upload: Upload, bytes: Buffer, before: Promise<void>): Promise<void> {
    const part = this.#partOf(sha256);
    const isLast = upload.received === upload.total;
    try {
      await before;
      await appendFile(part, bytes, { mode: 0o600 });
      if (!isLast) return;
      await this.#keep(part, sha256);
      this.#end(sha256, upload);
    } catch (error) {
      // Its pieces first: another one that began before would lose its own. Whoever joins meanwhile is told the same.
      if (this.#isArriving(sha256, upload)) await rm(part, { force: true }).catch(() => {});
      this.#end(sha256, upload);
      throw error;
    }
  }

  #end(sha256: string, upload: Upload): void {
    if (this.#isArriving(sha256, upload)) this.#arriving.delete(sha256);
  }

  /** Unless another one has begun in its place. */
  #isArriving(sha256: string, upload: Upload): boolean {
    return this.#arriving.get(sha256) === upload;
  }
}
