import { channelsOf, inputChannelsOf, LAYERS, type LayerName } from "../../shared/layers.ts";
import { normals } from "../../shared/random.ts";
import type { Convolution, Network } from "./network.ts";
import { OXFORD_MEAN } from "./network.ts";

/**
 * Seeded He-normal filters in every layer. They still transfer colour and coarse texture
 * (He et al., arXiv 1606.04801), more noisily than trained ones.
 */
export function untrainedNetwork(seed = 0): Network {
  const layers = Object.fromEntries(
    LAYERS.map((layer, stream): [LayerName, Convolution] => {
      const inputs = inputChannelsOf(layer);
      const outputs = channelsOf(layer);
      const kernel = normals(seed, stream, outputs * inputs * 9, Math.sqrt(2 / (9 * inputs)));
      return [layer, { kernel, bias: new Float32Array(outputs) }];
    }),
  ) as Record<LayerName, Convolution>;
  return { weights: { kind: "untrained", file: null, verified: false }, mean: OXFORD_MEAN, layers };
}
