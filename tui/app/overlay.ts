import type { Hint } from "./hints.ts";
import type { Line } from "./line-edit.ts";

/** What lies over a screen and takes its keys. */
export type Overlay =
  | { readonly kind: "help" /** The first line that is shown. */; readonly top: number }
  | { readonly kind: "palette"; readonly query: Line; readonly chosen: number }
  | {
      /** Of what would be lost, or before what cannot be taken back. */
      readonly kind: "leave" | "confirm";
      readonly question: string;
      readonly confirmed: () => void;
    };

/** What keys do in that which covers a screen. */
export const OVERLAY_HINTS: Readonly<Record<Overlay["kind"], readonly Hint[]>> = {
  help: [
    { key: "down", hint: "on" },
    { key: "escape", hint: "back" },
  ],
  palette: [
    { key: "enter", hint: "do it" },
    { key: "down", hint: "the next" },
    { key: "escape", hint: "back" },
  ],
  leave: [],
  confirm: [],
};
