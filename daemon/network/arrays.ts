import { channelsOf, inputChannelsOf, LAYERS, type LayerName } from "../../shared/layers.ts";

/** How a weight file stores its arrays, whatever its format. */
export interface RawArrays {
  /** Axis order of the kernels and order of the picture's channels. */
  readonly order: "HWIO-BGR" | "OIHW-RGB";
  /** What the pictures that the filters were trained on looked like. */
  readonly input: "oxford" | "torchvision";
  readonly arrays: ReadonlyMap<
    ArrayName,
    { readonly shape: readonly number[]; readonly read: () => Float32Array }
  >;
}

export type ArrayName = `${LayerName}.${"kernel" | "bias"}`;

/** All 26 arrays that a network needs, in forward order. */
export const ARRAY_NAMES: readonly ArrayName[] = LAYERS.flatMap((layer): ArrayName[] => [
  `${layer}.kernel`,
  `${layer}.bias`,
]);

/** The shape an array must have in a file of the given order. */
export function expectedShape(name: ArrayName, order: RawArrays["order"]): number[] {
  const [layer, part] = name.split(".") as [LayerName, "kernel" | "bias"];
  const outputs = channelsOf(layer);
  const inputs = inputChannelsOf(layer);
  if (part === "bias") return [outputs];
  return order === "HWIO-BGR" ? [3, 3, inputs, outputs] : [outputs, inputs, 3, 3];
}

/** HWIO with BGR input channels in the first layer → OIHW with RGB. */
export function toOihw(layer: LayerName, hwio: Float32Array): Float32Array {
  const outputs = channelsOf(layer);
  const inputs = inputChannelsOf(layer);
  const result = new Float32Array(hwio.length);
  for (let k = 0; k < 9; k++)
    for (let i = 0; i < inputs; i++) {
      const target = layer === "conv1_1" ? 2 - i : i;
      const from = (k * inputs + i) * outputs;
      for (let o = 0; o < outputs; o++) result[(o * inputs + target) * 9 + k] = hwio[from + o] as number;
    }
  return result;
}

/** OIHW with RGB → HWIO with RGB input channels, the form that the published hashes are taken of. */
export function toHwioRgb(layer: LayerName, oihw: Float32Array): Float32Array {
  const outputs = channelsOf(layer);
  const inputs = inputChannelsOf(layer);
  const result = new Float32Array(oihw.length);
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let k = 0; k < 9; k++)
        result[(k * inputs + i) * outputs + o] = oihw[(o * inputs + i) * 9 + k] as number;
  return result;
}
