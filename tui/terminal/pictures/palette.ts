import type { Cell } from "./cells.ts";

/** The levels of red, green and blue in the cube of the 256 colours, from number 16 on. */
const LEVELS = [0, 95, 135, 175, 215, 255] as const;
const [CUBE_START, GREY_START, GREYS] = [16, 232, 24];

/** A cell in the nearest of the 256 colours. The usual rule takes the cube's levels for even: it comes out too light. */
export function to256({ text, foreground, background }: Cell): Cell {
  return { text, foreground: convert(foreground), background: convert(background) };
}

function convert(colour: string): string {
  const [layer, kind, red = 0, green = 0, blue = 0] = colour.split(";").map(Number);
  return kind === 2 ? `${layer};5;${nearest([red, green, blue])}` : colour;
}

/** The number of the nearest colour of the cube or of the greys. */
export function nearest(rgb: readonly [number, number, number]): number {
  const steps = rgb.map((value) => (value < 48 ? 0 : value < 115 ? 1 : Math.floor((value - 35) / 40)));
  const cube = steps.map((step) => LEVELS[step] ?? 0);
  const [red = 0, green = 0, blue = 0] = steps;
  const mean = (rgb[0] + rgb[1] + rgb[2]) / 3;
  const grey = Math.min(GREYS - 1, Math.max(0, Math.round((mean - 8) / 10)));
  const distance = (other: readonly number[]) =>
    rgb.reduce((sum, value, i) => sum + (value - (other[i] ?? 0)) ** 2, 0);
  const level = 8 + 10 * grey;
  return distance([level, level, level]) < distance(cube)
    ? GREY_START + grey
    : CUBE_START + 36 * red + 6 * green + blue;
}
