import chalk, { type ColorSupportLevel } from "chalk";
import type { Colours } from "./capabilities.ts";

const LEVELS: Readonly<Record<Colours, ColorSupportLevel>> = { none: 0, "16": 1, "256": 2, truecolor: 3 };

/** How many colours text and pictures are drawn with in this thread: Ink and terminal-image colour by this library. */
export function useColours(colours: Colours): void {
  chalk.level = LEVELS[colours];
}
