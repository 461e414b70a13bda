import { UserError } from "../../shared/errors.ts";
import type { Objective } from "../../shared/objective.ts";
import type { Recipe } from "../../shared/recipe.ts";
import { isOutOfMemory } from "../engine/device-error.ts";
import type { MemoryModel, Size } from "../engine/engine.ts";
import { planOf } from "./loss.ts";

/** Free bytes: the process's, and the device's where it has memory of its own and tells of it. */
export interface Room {
  readonly host: number;
  readonly device: number | "shared" | "unknown";
}

/** Nothing but Node and its libraries, where the work is done in another memory. */
const HOST_BASE_BYTES = 400e6;
const LEAST_SIZE = 16;
/** Describing a picture goes forward only and holds little but the first block's features, a few times. */
const DESCRIBING_BYTES_PER_PIXEL = 1150;

/** Bytes of optimiser vectors per pixel: three float32 channels each. */
function optimizerBytesPerPixel({ optimizer }: Recipe): number {
  const vectors = optimizer.kind === "lbfgs" ? 8 + 2 * optimizer.pairs : 9;
  return vectors * 3 * 4;
}

/**
 * Peak bytes of making a recipe's picture at a size: of the device's memory, or of a CPU's all in one. It is reached when
 * iterating, or when describing a style before that: its longest side is the picture's, so that beside a panorama it may
 * have several times the pixels.
 */
export function estimateRunBytes(engine: MemoryModel, recipe: Recipe, size: Size): number {
  const side = Math.max(size.height, size.width);
  const vectors = optimizerBytesPerPixel(recipe) * size.height * size.width;
  return Math.max(
    engine.estimateBytes(planOf(recipe.objective), size) + vectors,
    describingBytes(engine, recipe.objective, { height: side, width: side }),
  );
}

/** Peak bytes of describing a style picture. */
function describingBytes(engine: MemoryModel, objective: Objective, { height, width }: Size): number {
  const base = engine.estimateBytes(planOf(objective), { height: 0, width: 0 });
  return base + DESCRIBING_BYTES_PER_PIXEL * height * width;
}

/** What a run needs of one memory. */
interface Need {
  readonly bytes: number;
  readonly free: number;
}

function needsOf(engine: MemoryModel, recipe: Recipe, size: Size, { host, device }: Room): Need[] {
  const bytes = estimateRunBytes(engine, recipe, size);
  if (device === "shared") return [{ bytes, free: host }];
  const beside = { bytes: HOST_BASE_BYTES, free: host };
  return device === "unknown" ? [beside] : [{ bytes, free: device }, beside];
}

export function hasRoomFor(engine: MemoryModel, recipe: Recipe, size: Size, room: Room): boolean {
  const { mostPixels = Number.POSITIVE_INFINITY } = engine;
  // A style may be square, and is described at the picture's longest side.
  if (Math.max(size.height, size.width) ** 2 > mostPixels) return false;
  return needsOf(engine, recipe, size, room).every(({ bytes, free }) => bytes <= free);
}

/** What a run takes of the memory that is shortest, what is free there, and the longest side of a picture of this shape that would fit, 0 for none. */
export interface MemoryNeed {
  readonly bytes: number;
  readonly freeBytes: number;
  readonly largestSize: number;
}

export function memoryNeed(engine: MemoryModel, recipe: Recipe, size: Size, room: Room): MemoryNeed {
  const [shortest] = needsOf(engine, recipe, size, room).toSorted(
    (a, b) => b.bytes - b.free - (a.bytes - a.free),
  ) as [Need];
  const largestSize = largestSide(size, (smaller) => hasRoomFor(engine, recipe, smaller, room));
  return { bytes: shortest.bytes, freeBytes: shortest.free, largestSize };
}

export function isFitting({ width, height }: Size, { largestSize }: MemoryNeed): boolean {
  return Math.max(width, height) <= largestSize;
}

/** Throws a UserError where a run cannot fit, naming the largest size that would. */
export function refuseUnlessFitting({ width, height }: Size, need: MemoryNeed): void {
  const { bytes, freeBytes, largestSize } = need;
  if (isFitting({ width, height }, need)) return;
  const why =
    bytes <= freeBytes
      ? "has more pixels than this engine can address on this device"
      : `needs about ${gigabytes(bytes)} of memory and ${gigabytes(freeBytes)} is free`;
  throw new UserError(`${width}×${height} ${why}; ${advice(largestSize)}`);
}

/** The same for a device that is open. */
export function checkMemory(engine: MemoryModel, recipe: Recipe, size: Size, room: Room): void {
  refuseUnlessFitting(size, memoryNeed(engine, recipe, size, room));
}

/** Throws a UserError where one evaluation cannot fit, with all pictures as large as they are. */
export function checkEvaluation(
  engine: MemoryModel,
  objective: Objective,
  image: Size,
  styles: readonly Size[],
  { host, device }: Room,
): void {
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
export function explainOutOfMemory(error: unknown, engine: MemoryModel, recipe: Recipe, size: Size): unknown {
  if (!isOutOfMemory(error)) return error;
  const need = (at: Size) => estimateRunBytes(engine, recipe, at);
  const fitting = largestSide(size, (smaller) => need(smaller) <= 0.8 * need(size));
  return new UserError(`the memory ran out at ${size.width}×${size.height}; ${advice(fitting)}`, {
    cause: error,
  });
}

/** The longest side, up to the picture's own, at which it fits; 0 for none. */
function largestSide(size: Size, hasRoom: (size: Size) => boolean): number {
  const longest = Math.max(size.height, size.width);
  const scaled = (side: number): Size => ({
    height: Math.round((size.height * side) / longest),
    width: Math.round((size.width * side) / longest),
  });
  let side = longest;
  while (side > LEAST_SIZE && !hasRoom(scaled(side))) side = Math.floor(side * 0.98);
  return hasRoom(scaled(side)) ? side : 0;
}

function advice(side: number): string {
  return side > 0 ? `--size ${side} would fit` : "free some memory first";
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
