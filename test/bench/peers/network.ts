import { join } from "node:path";
import { untrainedNetwork } from "../../../daemon/network/untrained.ts";
import { channelsOf, inputChannelsOf, LAYERS } from "../../../shared/layers.ts";
import { writeSafetensors } from "../../support/safetensors.ts";

/** The network that both sides read, where `peers.py` looks for it. */
export function writeNetwork(folder: string): void {
  const { layers } = untrainedNetwork();
  writeSafetensors(
    join(folder, "network.safetensors"),
    LAYERS.flatMap((layer) => [
      {
        name: `${layer}.kernel`,
        shape: [channelsOf(layer), inputChannelsOf(layer), 3, 3],
        data: layers[layer].kernel,
      },
      { name: `${layer}.bias`, shape: [channelsOf(layer)], data: layers[layer].bias },
    ]),
  );
}
