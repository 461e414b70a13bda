import type { OptimizerState } from "./optimizer.ts";

/** How far a picture is. */
export interface Counts {
  readonly stage: number;
  readonly stageIteration: number;
  readonly iteration: number;
  readonly evaluations: number;
  /** Losses of the newest iterations of this stage, for the stopping rule. */
  readonly recent: readonly number[];
  /** The stage is over, whatever its iterations say. */
  readonly isStageConverged: boolean;
}

/** Enough to go on to the same bits. */
export interface Checkpoint extends Counts {
  /** The optimiser's state; or, between two stages, only its picture (3 × height × width). */
  readonly optimizer: OptimizerState | { readonly picture: Float32Array };
}

/** What a transfer goes on from: a checkpoint, or what people saw of one, from which the optimiser begins afresh. */
export interface Resumption extends Counts {
  readonly optimizer: Checkpoint["optimizer"] | { readonly seen: Float32Array };
}
