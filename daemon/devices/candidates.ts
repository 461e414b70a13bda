import { type DeviceId, type DeviceWish, ENGINE_IDS, ENGINE_KINDS, isGpu } from "../../shared/devices.ts";
import type { Gpu } from "./gpu.ts";

/** Every device that could be meant on this machine, working or not: CUDA's once per card. */
export function candidates(gpus: readonly Gpu[]): DeviceId[] {
  const numbers = gpus
    .flatMap(({ cudaIndex }) => (cudaIndex === null ? [] : [cudaIndex]))
    .toSorted((a, b) => a - b);
  return ENGINE_IDS.flatMap((engine) =>
    ENGINE_KINDS[engine].flatMap((kind): DeviceId[] =>
      kind === "cuda"
        ? (numbers.length === 0 ? [0] : numbers).map((index) => ({ engine, kind, index }))
        : [{ engine, kind }],
    ),
  );
}

/** The candidates that a wish leaves; one with a number stays one where there is no such card, to be told so. */
export function matching(wish: DeviceWish, all: readonly DeviceId[]): DeviceId[] {
  const { index } = wish;
  const kinds = all.filter(({ engine, kind }) => {
    if (wish.engine !== undefined && engine !== wish.engine) return false;
    if (wish.kind === "auto") return kind !== "swiftshader";
    return wish.kind === "gpu" ? isGpu({ kind }) : kind === wish.kind;
  });
  if (index === undefined) return kinds;
  const first = kinds.filter(
    ({ engine, kind }, i) => kinds.findIndex((one) => one.engine === engine && one.kind === kind) === i,
  );
  return first.map(({ engine, kind }) => ({ engine, kind, index }));
}
