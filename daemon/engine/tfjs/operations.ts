import type { Tensor } from "@tensorflow/tfjs-core";
import type { PoolKind } from "../../../shared/objective.ts";
import type { Filters } from "./filters.ts";
import type { Tensorflow } from "./tensorflow.ts";

const CONVOLUTION = { strides: [1, 1, 1, 1], padding: "SAME", data_format: "NHWC", use_cudnn_on_gpu: true };
const POOLING = { ksize: [1, 2, 2, 1], strides: [1, 2, 2, 1], padding: "VALID", data_format: "NHWC" };
const NAMES = { avg: "AvgPool", max: "MaxPool" } as const;

/** ReLU of a 3×3 convolution with padding 1. */
export function convolve({ tf, execute }: Tensorflow, input: Tensor, { kernel, bias }: Filters): Tensor {
  return tf.tidy(() => {
    const sums = execute("Conv2D", CONVOLUTION, [input, kernel]);
    const biased = execute("BiasAdd", { data_format: "NHWC" }, [sums, bias]);
    sums.dispose();
    return tf.relu(biased);
  });
}

/** The gradient before the convolution, from that behind it; frees `upstream`. */
export function convolveBack(
  { execute }: Tensorflow,
  shape: number[],
  upstream: Tensor,
  { kernel }: Filters,
): Tensor {
  const gradient = execute("Conv2DBackpropInput", CONVOLUTION, [shape, kernel, upstream]);
  upstream.dispose();
  return gradient;
}

/** The gradient before a ReLU, of which `output` came. */
export function reluBack({ execute }: Tensorflow, upstream: Tensor, output: Tensor): Tensor {
  return execute("ReluGrad", {}, [upstream, output]);
}

/** 2×2 pooling; an odd last row or column is dropped. */
export function pool({ execute }: Tensorflow, kind: PoolKind, input: Tensor): Tensor {
  return execute(NAMES[kind], POOLING, [input]);
}

/** The gradient before a pooling of `input` to `output`; frees `upstream`. */
export function poolBack(
  { execute }: Tensorflow,
  input: Tensor,
  /** What the pooling gave, where that decides the gradient: max pooling. */
  output: Tensor | undefined,
  upstream: Tensor,
): Tensor {
  const gradient =
    output === undefined
      ? execute("AvgPoolGrad", POOLING, [input.shape, upstream])
      : execute("MaxPoolGrad", POOLING, [input, output, upstream]);
  upstream.dispose();
  return gradient;
}
