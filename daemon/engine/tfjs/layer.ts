import type { Tensor } from "@tensorflow/tfjs-core";
import { isPooledBefore, type LayerName } from "../../../shared/layers.ts";
import type { PoolKind } from "../../../shared/objective.ts";
import type { DeviceNetwork, Filters } from "./filters.ts";
import type { Held } from "./held.ts";
import { convolve, convolveBack, pool, poolBack, reluBack } from "./operations.ts";
import type { Tensorflow } from "./tensorflow.ts";

/** A layer's features, with the pooling before it, where no gradient is wanted. */
export function layerOf(
  tensorflow: Tensorflow,
  network: DeviceNetwork,
  name: LayerName,
  kind: PoolKind,
  input: Tensor,
): Tensor {
  return tensorflow.tf.tidy(() => {
    const pooled = isPooledBefore(name) ? pool(tensorflow, kind, input) : input;
    return convolve(tensorflow, pooled, filtersOf(network, name));
  });
}

/**
 * The same as one differentiable operation. tfjs's own gradient of a ReLU takes five passes over memory where
 * TensorFlow's takes one, and would keep every tensor to the end.
 */
export function differentiableLayer(
  tensorflow: Tensorflow,
  network: DeviceNetwork,
  name: LayerName,
  kind: PoolKind,
  held: Held,
): (input: Tensor) => Tensor {
  const filters = filtersOf(network, name);
  return tensorflow.tf.customGrad((given) => {
    const input = given as Tensor;
    const pooled = isPooledBefore(name) ? held.hold(pool(tensorflow, kind, input)) : undefined;
    const shape = (pooled ?? input).shape;
    const output = held.hold(convolve(tensorflow, pooled ?? input, filters));
    // Only the gradient of max pooling looks at what the pooling gave.
    if (pooled !== undefined && kind === "avg") held.free(pooled);
    return {
      value: output,
      gradFunc: (upstream: Tensor) => {
        const masked = reluBack(tensorflow, upstream, output);
        held.freePassed(upstream);
        held.free(output);
        const before = convolveBack(tensorflow, shape, masked, filters);
        if (pooled === undefined) return held.pass(before);
        const gradient = poolBack(tensorflow, kind, input, pooled, before);
        held.free(pooled);
        return held.pass(gradient);
      },
    };
  });
}

function filtersOf(network: DeviceNetwork, name: LayerName): Filters {
  const filters = network.layers.get(name);
  if (filters === undefined) throw new Error(`the filters of ${name} are not on the device`);
  return filters;
}
