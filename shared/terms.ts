import type { LayerName } from "./layers.ts";

/** A term of the loss, as it is named in every report. */
export type TermName = `content.${LayerName}` | `style.${LayerName}` | "tv";
