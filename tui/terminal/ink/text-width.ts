import stringWidth, { type Options } from "string-width";
import { Remembered } from "./remembered.ts";

const widths = new Remembered(2000, stringWidth);

/** The columns that a text takes on a terminal. Ink and its packages ask for those of every text of every frame. */
export default function textWidth(text: string, options?: Options): number {
  return options === undefined ? widths.of(text) : stringWidth(text, options);
}
