import type { LayerName } from "./layers.ts";
import type { Objective } from "./objective.ts";

/** A term of the loss, as it is named in every report. */
export type TermName = `content.${LayerName}` | `style.${LayerName}` | "tv";

/** An objective's terms in the order of reports: content, style, total variation. */
export function termsOf(objective: Pick<Objective, "content" | "style">): TermName[] {
  const content = (Object.keys(objective.content) as LayerName[]).map(
    (layer): TermName => `content.${layer}`,
  );
  const style = (Object.keys(objective.style) as LayerName[]).map((layer): TermName => `style.${layer}`);
  return [...content, ...style, "tv"];
}
