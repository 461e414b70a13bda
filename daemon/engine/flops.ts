import { blockOf, channelsOf, inputChannelsOf, layersUpTo } from "../../shared/layers.ts";
import type { Size } from "../image/planes.ts";
import type { ObjectivePlan } from "./engine.ts";

/** 10⁹ operations of one evaluation: every convolution once forward and once back, every Gram product likewise. */
export function evaluationGflop(plan: ObjectivePlan, { height, width }: Size): number {
  let operations = 0;
  for (const layer of layersUpTo([...plan.contentLayers, ...plan.styleLayers])) {
    const halvings = blockOf(layer) - 1;
    const positions = (height >> halvings) * (width >> halvings);
    operations += 2 * 2 * 9 * inputChannelsOf(layer) * channelsOf(layer) * positions;
    if (plan.styleLayers.includes(layer)) operations += 2 * 2 * channelsOf(layer) ** 2 * positions;
  }
  return operations / 1e9;
}
