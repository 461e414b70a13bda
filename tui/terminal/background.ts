export const BACKGROUNDS = ["dark", "light"] as const;
export type Background = (typeof BACKGROUNDS)[number];

const COLOUR = /^rgba?:([\da-f]+)\/([\da-f]+)\/([\da-f]+)/i;
/** How bright red, green and blue are to the eye. */
const BRIGHTNESS = [0.3, 0.59, 0.11];
/** Of the 16 colours, white and the bright ones but for grey. */
const LIGHT_NUMBERS = [7, 9, 10, 11, 12, 13, 14, 15];

/**
 * By the colour that the terminal says it has (as X11 writes it), else by the number that some leave in COLORFGBG, and
 * dark where nobody says; with the reason in words.
 */
export function backgroundFrom(
  colour: string | undefined,
  colorFgBg: string | undefined,
): readonly [Background, reason: string] {
  const [, ...parts] = COLOUR.exec(colour ?? "") ?? [];
  if (parts.length > 0) {
    const shares = parts.map((part) => Number.parseInt(part, 16) / (16 ** part.length - 1));
    const brightness = shares.reduce((sum, share, i) => sum + share * (BRIGHTNESS[i] ?? 0), 0);
    return [brightness > 0.5 ? "light" : "dark", `it says ${colour}`];
  }
  const [, number] = /;(\d+)$/.exec(colorFgBg ?? "") ?? [];
  if (number === undefined) return ["dark", "nothing says otherwise"];
  return [LIGHT_NUMBERS.includes(Number(number)) ? "light" : "dark", `COLORFGBG=${colorFgBg}`];
}
