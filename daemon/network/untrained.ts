import { channelsOf, inputChannelsOf, LAYERS, type LayerName } from "../../shared/layers.ts";
import { normals } from "../random.ts";
import type { Convolution, Network } from "./network.ts";
import { OXFORD_MEAN } from "./network.ts";

/**
 * Seeded He-normal filters in every layer. They still transfer colour and coarse texture
 * (He et al., arXiv 1606.04801), more noisily than trained ones.
 */
export function untrainedNetwork(seed = 0): Network {
  const layers = {} as Record<LayerName, Convolution>;
  for (const [stream, layer] of LAYERS.entries()) {
    let convolution: Convolution | undefined;
    // Drawn when first asked for, as layers below the objective's deepest never are.
    Object.defineProperty(layers, layer, {
      enumerable: true,
      get: () => (convolution ??= draw(seed, stream, layer)),
    });
  }
  return { weights: { kind: "untrained", file: null, verified: false }, mean: OXFORD_MEAN, layers };
}

function draw(seed: number, stream: number, layer: LayerName): Convolution {
  const inputs = inputChannelsOf(layer);
  const outputs = channelsOf(layer);
  const kernel = normals(seed, stream, outputs * inputs * 9, Math.sqrt(2 / (9 * inputs)));
  return { kernel, bias: new Float32Array(outputs) };
}
