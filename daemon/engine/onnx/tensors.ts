import type { TermName } from "../../../shared/terms.ts";
import type { ObjectivePlan, Size } from "../engine.ts";
import { ort } from "./runtime.ts";

/** A view, not a copy: the runtime reads from and writes into the vector itself. */
export function pictureTensor(data: Float32Array, { height, width }: Size): ort.Tensor {
  return new ort.Tensor("float32", data, [1, 3, height, width]);
}

export function scalarTensor(value: number): ort.Tensor {
  return new ort.Tensor("float32", Float32Array.of(value), []);
}

/** Every term that a graph of this plan computes. */
export function termsOfPlan({ contentLayers, styleLayers }: ObjectivePlan): TermName[] {
  return [
    ...contentLayers.map((layer): TermName => `content.${layer}`),
    ...styleLayers.map((layer): TermName => `style.${layer}`),
    "tv",
  ];
}
