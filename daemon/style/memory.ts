import { UserError } from "../../shared/errors.ts";
import type { Objective } from "../../shared/objective.ts";
import type { Recipe } from "../../shared/recipe.ts";
import { isOutOfMemory } from "../engine/device-error.ts";
import type { MemoryModel } from "../engine/engine.ts";
import type { Size } from "../image/planes.ts";
import { leastLongestSide, longestSide } from "../image/source.ts";
import { planOf } from "./loss.ts";
import { styleSize } from "./schedule.ts";

/** Free bytes: the process's, and the device's where it has memory of its own and tells of it. */
export interface Room {
  readonly host: number;
  readonly device: number | "shared" | "unknown";
}

/** What is to be made: a picture of a size, after style pictures of theirs. */
export interface Work extends Size {
  readonly styles: readonly Size[];
}

/** Nothing but Node and its libraries, where the work is done in another memory. */
const HOST_BASE_BYTES = 400e6;
/** Of what people see where that is not the optimiser's picture itself: the photo, the mask, and what is made of them. */
const SEEN_BYTES_PER_PIXEL = 64;
/** Describing a picture goes forward only and holds little but the first block's features, a few times. */
const DESCRIBING_BYTES_PER_PIXEL = 1150;
const TOO_MANY_PIXELS = "has more pixels than this engine can address on this device";

/** Bytes of optimiser vectors per pixel: three float32 channels each. */
function optimizerBytesPerPixel({ optimizer }: Recipe): number {
  const vectors = optimizer.kind === "lbfgs" ? 8 + 2 * optimizer.pairs : 9;
  return vectors * 3 * 4;
}

/**
 * Peak bytes of making a recipe's picture: of the device's memory, or of a CPU's all in one. It is reached when
 * iterating, or when describing a style before that: beside a panorama it may have several times the pixels.
 */
export function estimateRunBytes(engine: MemoryModel, recipe: Recipe, work: Work): number {
  return Math.max(
    engine.estimateBytes(planOf(recipe.objective), work) + optimizerBytesPerPixel(recipe) * pixelsOf(work),
    ...described(work).map((style) => describingBytes(engine, recipe.objective, style)),
  );
}

/** The style pictures as large as they are described. */
function described({ styles, ...size }: Work): Size[] {
  return styles.map((style) => styleSize(style, longestSide(size)));
}

function pixelsOf({ height, width }: Size): number {
  return height * width;
}

/** Peak bytes of describing a style picture. */
function describingBytes(engine: MemoryModel, objective: Objective, style: Size): number {
  const base = engine.estimateBytes(planOf(objective), { height: 0, width: 0 });
  return base + DESCRIBING_BYTES_PER_PIXEL * pixelsOf(style);
}

/** What a run needs of one memory. */
interface Need {
  readonly bytes: number;
  readonly free: number;
}

function needsOf(engine: MemoryModel, recipe: Recipe, work: Work, { host, device }: Room): Need[] {
  const bytes = estimateRunBytes(engine, recipe, work);
  const seen = recipe.color === "luminance" || recipe.mask ? SEEN_BYTES_PER_PIXEL * pixelsOf(work) : 0;
  if (device === "shared") return [{ bytes: bytes + seen, free: host }];
  const beside = { bytes: HOST_BASE_BYTES + seen, free: host };
  return device === "unknown" ? [beside] : [{ bytes, free: device }, beside];
}

export function hasRoomFor(engine: MemoryModel, recipe: Recipe, work: Work, room: Room): boolean {
  if (!isAddressable(engine, [work, ...described(work)])) return false;
  return needsOf(engine, recipe, work, room).every(({ bytes, free }) => bytes <= free);
}

function isAddressable(
  { mostPixels = Number.POSITIVE_INFINITY }: MemoryModel,
  pictures: readonly Size[],
): boolean {
  return pictures.every((picture) => pixelsOf(picture) <= mostPixels);
}

/** What a run takes of the memory that is shortest, what is free there, and the longest side of a picture of this shape that would fit, 0 for none. */
export interface MemoryNeed {
  readonly bytes: number;
  readonly freeBytes: number;
  readonly largestSize: number;
}

export function memoryNeed(engine: MemoryModel, recipe: Recipe, work: Work, room: Room): MemoryNeed {
  const [shortest] = needsOf(engine, recipe, work, room).toSorted(
    (a, b) => b.bytes - b.free - (a.bytes - a.free),
  ) as [Need];
  const largestSize = largestSide(work, (smaller) => hasRoomFor(engine, recipe, smaller, room));
  return { bytes: shortest.bytes, freeBytes: shortest.free, largestSize };
}

export function isFitting(size: Size, { largestSize }: MemoryNeed): boolean {
  return longestSide(size) <= largestSize;
}

/** Throws a UserError where a run cannot fit, naming the largest size that would. */
export function refuseUnlessFitting(size: Size, need: MemoryNeed): void {
  const { bytes, freeBytes, largestSize } = need;
  if (isFitting(size, need)) return;
  const why =
    bytes <= freeBytes
      ? TOO_MANY_PIXELS
      : `needs about ${gigabytes(bytes)} of memory and ${gigabytes(freeBytes)} is free`;
  throw new UserError(`${size.width}×${size.height} ${why}; ${advice(largestSize)}`);
}

/** The same for a device that is open. */
export function checkMemory(engine: MemoryModel, recipe: Recipe, work: Work, room: Room): void {
  refuseUnlessFitting(work, memoryNeed(engine, recipe, work, room));
}

/** Throws a UserError where one evaluation cannot fit, with all pictures as large as they are. */
export function checkEvaluation(
  engine: MemoryModel,
  objective: Objective,
  image: Size,
  styles: readonly Size[],
  { host, device }: Room,
): void {
  if (!isAddressable(engine, [image, ...styles]))
    throw new UserError(`one of these pictures ${TOO_MANY_PIXELS}; give smaller ones`);
  const free = device === "shared" ? host : device;
  const bytes = Math.max(
    engine.estimateBytes(planOf(objective), image),
    ...styles.map((style) => describingBytes(engine, objective, style)),
  );
  if (free === "unknown" || bytes <= free) return;
  throw new UserError(
    `these pictures need about ${gigabytes(bytes)} of memory and ${gigabytes(free)} is free; give smaller ones`,
  );
}

/** Words for an error that memory ran out, with a size that needs a fifth less; any other error as it is. */
export function explainOutOfMemory(error: unknown, engine: MemoryModel, recipe: Recipe, work: Work): unknown {
  if (!isOutOfMemory(error)) return error;
  const need = (at: Work) => estimateRunBytes(engine, recipe, at);
  const fitting = largestSide(work, (smaller) => need(smaller) <= 0.8 * need(work));
  return new UserError(`the memory ran out at ${work.width}×${work.height}; ${advice(fitting)}`, {
    cause: error,
  });
}

/** The longest side, up to the picture's own, at which it fits and the network still sees all of it; 0 for none. */
function largestSide(work: Work, hasRoom: (work: Work) => boolean): number {
  const longest = longestSide(work);
  const least = leastLongestSide(work);
  const scaled = (side: number): Work => ({
    height: Math.round((work.height * side) / longest),
    width: Math.round((work.width * side) / longest),
    styles: work.styles,
  });
  let side = longest;
  while (side > least && !hasRoom(scaled(side))) side = Math.max(least, Math.floor(side * 0.98));
  return hasRoom(scaled(side)) ? side : 0;
}

function advice(side: number): string {
  return side > 0 ? `--size ${side} would fit` : "free some memory first";
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
