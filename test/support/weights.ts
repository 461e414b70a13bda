import { expectedShape, toHwioRgb } from "../../daemon/network/arrays.ts";
import { untrainedNetwork } from "../../daemon/network/untrained.ts";
import { LAYERS } from "../../shared/layers.ts";
import { writeSafetensors } from "./safetensors.ts";

/** A whole file of weights, those of the untrained network of a seed. */
export function writeWeights(file: string, seed: number): void {
  const { layers } = untrainedNetwork(seed);
  writeSafetensors(
    file,
    LAYERS.flatMap((layer) => [
      {
        name: `${layer}.kernel`,
        shape: expectedShape(`${layer}.kernel`, "HWIO-BGR"),
        data: toHwioRgb(layer, layers[layer].kernel),
      },
      { name: `${layer}.bias`, shape: expectedShape(`${layer}.bias`, "HWIO-BGR"), data: layers[layer].bias },
    ]),
  );
}
