import { UserError } from "../../shared/errors.ts";
import type { Connection } from "./connection.ts";
import { RefusedByDaemonError } from "./link-problems.ts";

/** How a job's picture grew: the photo where it began with that, and what is kept, oldest first, encoded for looking at. */
export interface Moments {
  readonly job: string;
  readonly pictures: readonly Buffer[];
}

/** Reads them, at most `width` pixels wide. Throws a UserError where there are fewer than two. */
export async function readMoments(
  daemon: Connection,
  id: string,
  width: number,
  onRead: (done: number, all: number) => void,
): Promise<Moments> {
  const { job, checkpoints } = await daemon.request("show", { job: id });
  const read = async (of: "made" | "content", iteration: number | null) => {
    const picture = { job: job.id, of, style: 0, iteration, format: "jpeg", width } as const;
    return Buffer.from((await daemon.request("picture", picture)).data, "base64");
  };
  const iterations: (number | null)[] = checkpoints.map(({ iteration }) => iteration);
  // The finished picture is no checkpoint.
  if (job.status.state === "done" && job.progress?.iteration !== iterations.at(-1)) iterations.push(null);
  const pictures: Buffer[] = [];
  if (job.recipe.init === "content" && (job.branchedFrom?.iteration ?? 0) === 0)
    pictures.push(await read("content", null));
  for (const [i, iteration] of iterations.entries()) {
    try {
      pictures.push(await read("made", iteration));
    } catch (error) {
      // Of a job that runs one makes room for another meanwhile.
      if (!(error instanceof RefusedByDaemonError && error.code === "refused") || iteration === null)
        throw error;
    }
    onRead(i + 1, iterations.length);
  }
  if (pictures.length < 2)
    throw new UserError(`job ${job.id} has no pictures yet to make a film of; try again when it got further`);
  return { job: job.id, pictures };
}
