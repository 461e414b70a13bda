import type { DeviceKind, EngineId } from "../../shared/devices.ts";
import type { LayerName } from "../../shared/layers.ts";
import type { PoolKind, TvForm } from "../../shared/objective.ts";
import type { TermName } from "../../shared/terms.ts";
import type { Planes, Size } from "../image/planes.ts";
import type { Network } from "../network/network.ts";
import type { VectorSpace } from "./vector-space.ts";

/** The part of an objective that shapes a computation; everything else about it is a number fed in. */
export interface ObjectivePlan {
  readonly pool: PoolKind;
  readonly contentLayers: readonly LayerName[];
  readonly styleLayers: readonly LayerName[];
  readonly tvForm: TvForm;
}

/** What a term is compared with: features (C × M) for content, F·Fᵀ/M (C × C) for style. */
export interface Target {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
export type Targets = ReadonlyMap<TermName, Target>;

/** What is known of an engine's memory on a device before it is opened. */
export interface MemoryModel {
  /** Bytes of its memory that the device will hold at the peak of evaluating, the network included; on a CPU the process. */
  estimateBytes(plan: ObjectivePlan, size: Size): number;
  /** More pixels than this the engine cannot address, however much memory there is. */
  readonly mostPixels?: number;
}

/** Something that computes: one library on one device, holding one network. */
export interface Engine<V> extends MemoryModel {
  readonly id: EngineId;
  /** The device in words, as reports show it. */
  readonly device: string;
  /** Features of the wanted content layers and Gram matrices of the wanted style layers of a picture. */
  describe(
    picture: Planes,
    wanted: Pick<ObjectivePlan, "pool" | "contentLayers" | "styleLayers">,
  ): Promise<Map<TermName, Target>>;
  /** Builds the evaluation of an objective at a size. */
  prepare(plan: ObjectivePlan, size: Size): Promise<Evaluator<V>>;
}

/**
 * One objective at one size. The loss is Σ coefficient·S over the terms, where S is Σ(F − P)² for
 * content, Σ(F·Fᵀ/M − A)² for style and the form's sum for total variation. A picture is what can be written: the loss
 * of numbers beyond 0..255 is that of the nearest in range, and their gradient is kept only where descent leads back.
 */
export interface Evaluator<V> {
  /** Where pictures and gradients of this size live. */
  readonly space: VectorSpace<V>;
  /** Of all terms before the first evaluation; later of those that change. */
  setTargets(targets: Targets): void;
  /** Every S at `picture`; `gradient` becomes the gradient of the loss by the picture's values. */
  evaluate(
    picture: V,
    coefficients: ReadonlyMap<TermName, number>,
    gradient: V,
  ): Promise<Map<TermName, number>>;
  dispose(): Promise<void>;
}

/** Opens an engine on a device with a network. */
export type OpenEngine<V> = (network: Network, options: EngineOptions) => Promise<Engine<V>>;

export interface EngineOptions {
  /** Which kind of device to compute on, and which of several; the CPU when absent. */
  readonly kind?: DeviceKind;
  readonly index?: number;
  /** Threads of a CPU engine; all cores when absent. */
  readonly threads?: number;
}
