import { inMemory, type VectorSources } from "../../daemon/files/vectors-file.ts";
import type { Checkpoint } from "../../daemon/style/checkpoint.ts";
import type { OptimizerState } from "../../daemon/style/optimizer.ts";

/** A checkpoint that outlives its optimiser, as one in a file does. */
export async function held(checkpoint: Checkpoint): Promise<Checkpoint> {
  const { optimizer } = checkpoint;
  return {
    ...checkpoint,
    optimizer: "vectors" in optimizer ? await heldState(optimizer) : structuredClone(optimizer),
  };
}

export async function heldState({ vectors, numbers }: OptimizerState): Promise<OptimizerState> {
  const kept: Record<string, VectorSources[string]> = {};
  for (const [name, source] of Object.entries(vectors)) kept[name] = inMemory((await source.read()).slice());
  return { vectors: kept, numbers };
}
