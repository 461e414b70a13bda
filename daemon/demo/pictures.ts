import type { Planes } from "../image/planes.ts";
import { uniformAt } from "../random.ts";
import { type Colour, fractalNoise, gradient, mixColours, smoothNoise, smoothStep } from "./noise.ts";

const WIDTH = 384;
const HEIGHT = 256;

/** A lake between mountains at dusk, with a sun, a sailing boat and its reflection. */
export function drawLandscape(): Planes {
  const horizon = 0.62;
  const sun = { x: 0.68, y: 0.2, radius: 0.075 };
  const land = (x: number, y: number): Colour => {
    let colour = gradient(SKY, y / horizon);
    const cloud =
      smoothStep(0.52, 0.75, fractalNoise(11, x * 3.2, y * 11, 4)) * smoothStep(0, 0.2, horizon - y);
    colour = mixColours(colour, [255, 214, 190], 0.55 * cloud);
    const distance = Math.hypot((x - sun.x) * (WIDTH / HEIGHT), y - sun.y);
    colour = mixColours(colour, [255, 190, 120], 0.6 * Math.exp(-distance * 5));
    colour = mixColours(
      colour,
      [255, 244, 214],
      1 - smoothStep(sun.radius - 0.006, sun.radius + 0.006, distance),
    );
    for (const [i, ridge] of RIDGES.entries()) {
      const peak = ridge.base - ridge.height * fractalNoise(31 + 7 * i, x * ridge.frequency + i, 0.5, 5);
      const snow = smoothStep(0.035, 0, y - peak) * smoothStep(0.45, 0.3, peak) * (i === 0 ? 1 : 0);
      const body = mixColours(ridge.colour, [250, 225, 225], 0.8 * snow);
      const shade = 0.8 + 0.4 * fractalNoise(61 + i, x * 22, y * 22, 3);
      colour = mixColours(
        colour,
        [body[0] * shade, body[1] * shade, body[2] * shade],
        smoothStep(peak - 0.004, peak + 0.004, y),
      );
    }
    return colour;
  };
  return draw((x, y) => {
    const boat = sailingBoat(x, y, 0.3, horizon + 0.1);
    if (boat !== undefined) return boat;
    if (y < horizon) return land(x, y);
    const depth = (y - horizon) / (1 - horizon);
    const ripple = (smoothNoise(5, x * 14, depth * 60) - 0.5) * 0.03 * (0.3 + depth);
    const mirrored = land(x + ripple, Math.max(0, horizon - (y - horizon) * 1.15 + ripple));
    const glitter =
      smoothStep(0.72, 0.86, smoothNoise(8, x * 30, depth * 70)) * Math.exp(-(((x - sun.x) * 7) ** 2));
    const water = mixColours(mirrored, [24, 44, 92], 0.28 + 0.35 * depth);
    return mixColours(water, [255, 224, 180], 0.75 * glitter);
  });
}

const SKY: readonly Colour[] = [
  [38, 44, 108],
  [98, 74, 150],
  [214, 112, 140],
  [250, 168, 110],
  [255, 214, 150],
];

const RIDGES: readonly { base: number; height: number; frequency: number; colour: Colour }[] = [
  { base: 0.66, height: 0.5, frequency: 2.6, colour: [112, 92, 148] },
  { base: 0.7, height: 0.3, frequency: 4, colour: [64, 62, 112] },
  { base: 0.68, height: 0.13, frequency: 8, colour: [26, 40, 62] },
];

function sailingBoat(x: number, y: number, centre: number, water: number): Colour | undefined {
  const u = (x - centre) * (WIDTH / HEIGHT);
  const v = y - water;
  if (v > -0.012 && v < 0.014 && Math.abs(u) < 0.07 - 1.6 * (v + 0.012)) return [84, 38, 40];
  if (v <= -0.016 && v > -0.19) {
    const rise = (-v - 0.016) / 0.174;
    if (u > 0.004 && u < 0.066 * (1 - rise)) return [250, 240, 226];
    if (u < -0.004 && u > -0.048 * (1 - rise)) return [226, 92, 66];
  }
  return undefined;
}

/**
 * A painting of curling brush strokes: noise smeared along a field of eddies (line integral
 * convolution, Cabral & Leedom 1993), coloured by where it lies.
 */
export function drawPainting(): Planes {
  const speckle = (x: number, y: number) => smoothNoise(97, x * WIDTH * 0.42, y * HEIGHT * 0.42);
  const reach = 26;
  const step = 0.9 / HEIGHT;
  return draw((x, y) => {
    let sum = 0;
    let weight = 0;
    for (const direction of [-1, 1]) {
      let [u, v] = [x, y];
      for (let i = 0; i < reach; i++) {
        const share = 1 - i / reach;
        sum += share * speckle(u, v);
        weight += share;
        const angle = flowAngle(u, v);
        u += direction * step * Math.cos(angle) * (HEIGHT / WIDTH);
        v += direction * step * Math.sin(angle);
        if (u < 0 || v < 0 || u >= 1 || v >= 1) break;
      }
    }
    const stroke = sum / weight - 0.5;
    const region = fractalNoise(71, x * 3, y * 2.4, 3) + 2.1 * stroke;
    const base = gradient(PAINT, 1.6 * (region - 0.2));
    const ridge = 1 + 1.6 * stroke;
    return [base[0] * ridge, base[1] * ridge, base[2] * ridge];
  });
}

const PAINT: readonly Colour[] = [
  [10, 22, 74],
  [22, 58, 140],
  [40, 112, 178],
  [120, 178, 190],
  [236, 206, 120],
  [246, 160, 40],
];

const EDDIES = Array.from({ length: 9 }, (_, i) => ({
  x: uniformAt(3, 0, i),
  y: uniformAt(3, 1, i),
  turn: uniformAt(3, 2, i) < 0.5 ? -1 : 1,
}));

/** Direction of the brush: round the nearest eddies, drifting to the right between them. */
function flowAngle(x: number, y: number): number {
  let [dx, dy] = [0.5, 0.25 * Math.sin(9 * x)];
  for (const { x: cx, y: cy, turn } of EDDIES) {
    const u = (x - cx) * (WIDTH / HEIGHT);
    const v = y - cy;
    const pull = (turn * 0.16) / (0.012 + u * u + v * v);
    dx -= pull * v;
    dy += pull * u;
  }
  return Math.atan2(dy, dx);
}

function draw(colourAt: (x: number, y: number) => Colour): Planes {
  const area = WIDTH * HEIGHT;
  const data = new Float32Array(3 * area);
  for (let row = 0; row < HEIGHT; row++)
    for (let column = 0; column < WIDTH; column++) {
      const colour = colourAt((column + 0.5) / WIDTH, (row + 0.5) / HEIGHT);
      for (let channel = 0; channel < 3; channel++)
        data[channel * area + row * WIDTH + column] = Math.min(255, Math.max(0, colour[channel] as number));
    }
  return { height: HEIGHT, width: WIDTH, data };
}
