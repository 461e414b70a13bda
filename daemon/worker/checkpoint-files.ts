import { join } from "node:path";
import { UserError } from "../../shared/errors.ts";
import { inMemory, readVectors, writeVectors } from "../files/vectors-file.ts";
import type { Counts, Resumption } from "../style/checkpoint.ts";
import type { Transfer } from "../style/transfer.ts";
import type { CheckpointKind } from "./checkpoint-pace.ts";
import type { Assignment, CheckpointFiles } from "./messages.ts";

/**
 * Writes a checkpoint: always the picture, and of a whole one the optimiser's state, which is what it takes to go
 * on to the same bits and may be twenty times as large.
 */
export async function saveCheckpoint<V>(
  transfer: Transfer<V>,
  folder: string,
  iteration: number,
  kind: CheckpointKind,
): Promise<CheckpointFiles> {
  const checkpoint = kind === "whole" ? await transfer.checkpoint() : undefined;
  const { counts } = transfer;
  const picture = `${iteration}.picture`;
  const { width, height, data } = await transfer.picture();
  const picture_bytes = await writeVectors(
    join(folder, picture),
    { counts, width, height },
    { picture: inMemory(data) },
  );
  if (checkpoint === undefined) return { picture, picture_bytes, state: null, state_bytes: 0 };
  const { optimizer } = checkpoint;
  const state = `${iteration}.state`;
  // Between two stages there is no optimiser: the next one begins with the picture.
  const state_bytes =
    "vectors" in optimizer
      ? await writeVectors(join(folder, state), { counts, numbers: optimizer.numbers }, optimizer.vectors)
      : await writeVectors(join(folder, state), { counts }, { picture: inMemory(optimizer.picture) });
  return { picture, picture_bytes, state, state_bytes };
}

export async function loadCheckpoint(
  folder: string,
  from: Assignment["from"],
): Promise<Resumption | undefined> {
  if (from === null) return undefined;
  const file = from.state ?? from.picture;
  const { meta, vectors } = await readVectors(join(folder, file));
  const { counts, numbers } = meta as { counts: Counts; numbers?: Record<string, number> };
  if (numbers !== undefined) return { ...counts, optimizer: { vectors, numbers } };
  const { picture } = vectors;
  if (picture === undefined) throw new UserError(`the checkpoint ${file} holds no picture`);
  const data = await picture.read();
  return { ...counts, recent: [], optimizer: from.state === null ? { seen: data } : { picture: data } };
}
