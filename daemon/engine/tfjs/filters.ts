import type { Tensor } from "@tensorflow/tfjs-core";
import { channelsOf, inputChannelsOf, type LayerName } from "../../../shared/layers.ts";
import type { Network } from "../../network/network.ts";
import type { Tensorflow } from "./tensorflow.ts";

/** A convolution's filters on the device. */
export interface Filters {
  /** 3 × 3 × inputs × outputs. */
  readonly kernel: Tensor;
  readonly bias: Tensor;
}

/** The network's filters for some layers, and the colour that stands for zero. */
export interface DeviceNetwork extends Disposable {
  readonly mean: Tensor;
  readonly layers: ReadonlyMap<LayerName, Filters>;
}

export function uploadNetwork(
  { tf }: Tensorflow,
  network: Network,
  names: readonly LayerName[],
): DeviceNetwork {
  const layers = new Map<LayerName, Filters>();
  const mean = tf.tensor([...network.mean]);
  for (const name of names) {
    const { kernel, bias } = network.layers[name];
    const shape = [channelsOf(name), inputChannelsOf(name), 3, 3];
    layers.set(name, {
      kernel: tf.tidy(() => tf.transpose(tf.tensor(kernel, shape), [2, 3, 1, 0])),
      bias: tf.tensor(bias),
    });
  }
  return {
    mean,
    layers,
    [Symbol.dispose]: () =>
      tf.dispose([mean, ...[...layers.values()].flatMap((filters) => Object.values(filters))]),
  };
}
