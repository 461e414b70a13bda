import { blockOf, channelsOf, type LayerName, layersUpTo } from "../../shared/layers.ts";
import type { TermName } from "../../shared/terms.ts";
import type { Size } from "../image/planes.ts";
import type { ObjectivePlan } from "./engine.ts";

/** Every term that an evaluation of this plan computes, in the order of reports: content, style, total variation. */
export function termsOfPlan({ contentLayers, styleLayers }: ObjectivePlan): TermName[] {
  return [
    ...contentLayers.map((layer): TermName => `content.${layer}`),
    ...styleLayers.map((layer): TermName => `style.${layer}`),
    "tv",
  ];
}

/** Height × width of a layer for a picture of that size: every pooling halves and drops the rest. */
export function positionsOf(layer: LayerName, { height, width }: Size): number {
  const halvings = blockOf(layer) - 1;
  return (height >> halvings) * (width >> halvings);
}

/** Bytes of all layers' features, which stay until the gradient passes them, and of the widest layer's. */
export function featureBytes(
  { contentLayers, styleLayers }: ObjectivePlan,
  { height, width }: Size,
): { all: number; widest: number } {
  const bytes = layersUpTo([...contentLayers, ...styleLayers]).map(
    (layer) => (channelsOf(layer) * 4 * height * width) / 4 ** (blockOf(layer) - 1),
  );
  return { all: bytes.reduce((sum, one) => sum + one, 0), widest: Math.max(0, ...bytes) };
}
