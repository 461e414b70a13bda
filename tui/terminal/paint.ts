import chalk, { type ForegroundColorName } from "chalk";

/** Text in one of the terminal's own colours, by the name that Ink has for it too; plain where there are none. */
export function paint(text: string, colour: string | undefined): string {
  return colour === undefined ? text : chalk[colour as ForegroundColorName](text);
}
