import { z } from "zod";
import { UsageError } from "./errors.ts";

/**
 * The engines, and the kinds of device that each computes on, best known first. `webgpu` is a GPU of any
 * maker; `swiftshader` is WebGPU on a driver that computes on the CPU, for tests, and never chosen by itself.
 */
export const ENGINE_KINDS = {
  onnx: ["cpu", "webgpu", "cuda", "swiftshader"],
  tfjs: ["cpu", "cuda"],
} as const satisfies Record<string, readonly string[]>;

export type EngineId = keyof typeof ENGINE_KINDS;
export type DeviceKind = (typeof ENGINE_KINDS)[EngineId][number];

export const ENGINE_IDS = Object.keys(ENGINE_KINDS) as [EngineId, ...EngineId[]];
const DEVICE_KINDS = [...new Set(Object.values(ENGINE_KINDS).flat())];
/** Kinds that are GPUs. */
const GPU_KINDS: readonly DeviceKind[] = ["webgpu", "cuda"];

/** Else it computes on the processor, in its memory. */
export function isGpu({ kind }: { readonly kind: DeviceKind }): boolean {
  return GPU_KINDS.includes(kind);
}

/** One device of one engine. Two of the CPU with different numbers are two workers on the same cores. */
export const deviceSchema = z
  .strictObject({
    engine: z.enum(ENGINE_IDS),
    kind: z.enum(DEVICE_KINDS),
    index: z.number().int().min(0).exactOptional(),
  })
  .readonly();
export type DeviceId = z.infer<typeof deviceSchema>;

/** What somebody asks for: whatever is left out is chosen. */
export interface DeviceWish {
  readonly engine?: EngineId;
  readonly kind: DeviceKind | "gpu" | "auto";
  readonly index?: number;
}

/** `onnx/cuda:1` */
export function nameOfDevice({ engine, kind, index }: DeviceId): string {
  return `${engine}/${kind}${index === undefined ? "" : `:${index}`}`;
}

/** A wish as it was written. */
export function nameOfWish({ engine, kind, index }: DeviceWish): string {
  return `${engine === undefined ? "" : `${engine}/`}${kind}${index === undefined ? "" : `:${index}`}`;
}

/** What `--device` may be, for people. */
export const DEVICE_SYNTAX = `auto, gpu, ${DEVICE_KINDS.join(", ")}; cuda:1 for the second; onnx/cpu for an engine's own`;

export function parseEngine(text: string | undefined): EngineId | undefined {
  if (text === undefined) return undefined;
  const engine = ENGINE_IDS.find((id) => id === text);
  if (engine === undefined) throw new UsageError(`--engine "${text}": expected ${ENGINE_IDS.join(" or ")}`);
  return engine;
}

/** Reads one device as it is written on a command line, optionally narrowed to an engine. */
export function parseDevice(text: string, only?: EngineId): DeviceWish {
  const match = /^(?:([a-z]+)\/)?([a-z]+)(?::(\d{1,3}))?$/.exec(text.trim());
  const [, engine = only, kind = "", index] = match ?? [];
  const engines = ENGINE_IDS.filter((id) => engine === undefined || engine === id);
  const isOf = (kinds: readonly string[]) => kinds.includes(kind);
  const isKnown = isOf(["auto", "gpu"]) || engines.some((id) => isOf(ENGINE_KINDS[id]));
  if (only !== undefined && match?.[1] !== undefined && match[1] !== only)
    throw new UsageError(`--engine ${only} and --device "${text}" name two engines; leave one of them out`);
  const [named] = engines;
  if (match !== null && !isKnown && engines.length === 1 && named !== undefined && isOf(DEVICE_KINDS))
    throw new UsageError(
      `--device "${text}": the engine ${named} computes on ${ENGINE_KINDS[named].join(" or ")} alone`,
    );
  if (match === null || !isKnown) throw new UsageError(`--device "${text}": expected ${DEVICE_SYNTAX}`);
  return {
    kind: kind as DeviceWish["kind"],
    ...(engine !== undefined && { engine: engine as EngineId }),
    ...(index !== undefined && { index: Number(index) }),
  };
}

/** Reads a list such as `cuda:0,cuda:1`. */
export function parseDevices(text: string, only?: EngineId): DeviceWish[] {
  const wishes = text.split(",").map((part) => parseDevice(part, only));
  const names = wishes.map((wish) => JSON.stringify(wish));
  if (new Set(names).size < names.length)
    throw new UsageError(`--device ${text}: names a device twice; two workers on the CPU are cpu:0,cpu:1`);
  return wishes;
}
