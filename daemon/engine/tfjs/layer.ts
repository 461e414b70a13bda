import type { Tensor } from "@tensorflow/tfjs-core";
import { isPooledBefore, type LayerName } from "../../../shared/layers.ts";
import type { PoolKind } from "../../../shared/objective.ts";
import type { DeviceNetwork, Filters } from "./filters.ts";
import type { Held } from "./held.ts";
import { convolve, convolveBack, pool, poolBack, reluBack } from "./operations.ts";
import type { Tensorflow } from "./tensorflow.ts";

/** A layer's features, with what stands before it, where no gradient is wanted. */
export function layerOf(
  tensorflow: Tensorflow,
  network: DeviceNetwork,
  name: LayerName,
  kind: PoolKind,
  features: Tensor,
): Tensor {
  return tensorflow.tf.tidy(() => {
    const input = inputOf(tensorflow, network, name, kind, features);
    return convolve(tensorflow, input, filtersOf(network, name));
  });
}

/** The same as one differentiable operation, which frees on the way back what it has held. */
export function differentiableLayer(
  tensorflow: Tensorflow,
  network: DeviceNetwork,
  name: LayerName,
  kind: PoolKind,
  held: Held,
): (features: Tensor) => Tensor {
  const filters = filtersOf(network, name);
  const isPooled = isPooledBefore(name);
  return tensorflow.tf.customGrad((given) => {
    const features = given as Tensor;
    const input = inputOf(tensorflow, network, name, kind, features);
    const output = held.hold(convolve(tensorflow, input, filters));
    // Only the gradient of max pooling looks at what the pooling gave.
    const pooled = isPooled && kind === "max" ? held.hold(input) : undefined;
    const gradFunc = (upstream: Tensor) => {
      const masked = reluBack(tensorflow, upstream, output);
      held.freePassed(upstream);
      held.free(output);
      const before = convolveBack(tensorflow, input.shape, masked, filters);
      if (!isPooled) return held.pass(before);
      const gradient = poolBack(tensorflow, features, pooled, before);
      if (pooled !== undefined) held.free(pooled);
      return held.pass(gradient);
    };
    return { value: output, gradFunc };
  });
}

/** What a layer convolves: a picture without its mean colour, features pooled, or features as they are. */
function inputOf(
  tensorflow: Tensorflow,
  { mean }: DeviceNetwork,
  name: LayerName,
  kind: PoolKind,
  features: Tensor,
): Tensor {
  if (name === "conv1_1") return tensorflow.tf.sub(features, mean);
  return isPooledBefore(name) ? pool(tensorflow, kind, features) : features;
}

function filtersOf(network: DeviceNetwork, name: LayerName): Filters {
  const filters = network.layers.get(name);
  if (filters === undefined) throw new Error(`the filters of ${name} are not on the device`);
  return filters;
}
