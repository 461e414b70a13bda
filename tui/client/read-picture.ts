import { UserError } from "../../shared/errors.ts";
import type { Connection } from "./connection.ts";

/** The bytes, a .png with its recipe, of a job's picture at a checkpoint; of its newest without an iteration. */
export async function readPicture(
  daemon: Connection,
  job: string,
  at: number | null,
): Promise<{ iteration: number; bytes: Buffer }> {
  const pieces: Buffer[] = [];
  const first = await daemon.request("read", { job, iteration: at, offset: 0 });
  const { iteration, total } = first;
  for (let piece = first, offset = 0; ; ) {
    const bytes = Buffer.from(piece.data, "base64");
    if (bytes.length === 0 || piece.total !== total)
      throw new UserError("the picture changed while it was read; try again");
    pieces.push(bytes);
    offset += bytes.length;
    if (offset >= total) return { iteration, bytes: Buffer.concat(pieces) };
    // Of the same iteration, however far the job gets meanwhile.
    piece = await daemon.request("read", { job, iteration, offset });
  }
}
