import { channelsOf, inputChannelsOf, layersUpTo } from "../../shared/layers.ts";
import type { Size } from "../image/planes.ts";
import type { ObjectivePlan } from "./engine.ts";
import { positionsOf } from "./plan.ts";

/** 10⁹ operations of one evaluation: every convolution once forward and once back, every Gram product likewise. */
export function evaluationGflop(plan: ObjectivePlan, size: Size): number {
  let operations = 0;
  for (const layer of layersUpTo([...plan.contentLayers, ...plan.styleLayers])) {
    const positions = positionsOf(layer, size);
    operations += 2 * 2 * 9 * inputChannelsOf(layer) * channelsOf(layer) * positions;
    if (plan.styleLayers.includes(layer)) operations += 2 * 2 * channelsOf(layer) ** 2 * positions;
  }
  return operations / 1e9;
}
