import type { Tensor } from "@tensorflow/tfjs-core";
import type { Held } from "./held.ts";
import type { Tensorflow } from "./tensorflow.ts";

/** The positions of 1 × height × width × C features as rows: M × C. */
function rowsOf({ tf }: Tensorflow, features: Tensor): Tensor {
  return tf.reshape(features, [-1, features.shape[3] as number]);
}

/** F·Fᵀ/M: C × C. */
export function gramOf(tensorflow: Tensorflow, features: Tensor): Tensor {
  const { tf } = tensorflow;
  return tf.tidy(() => {
    const rows = rowsOf(tensorflow, features);
    return tf.div(tf.matMul(rows as never, rows as never, true, false), rows.shape[0]);
  });
}

/** Sums along one axis first: adding millions of float32 in one chain would lose digits. */
function sumOfSquares({ tf }: Tensorflow, values: Tensor): Tensor {
  return tf.tidy(() => tf.sum(tf.sum(tf.square(values), -1)));
}

/** Σ(F − P)², whose gradient is 2(F − P). */
export function contentTerm(
  tensorflow: Tensorflow,
  target: Tensor,
  held: Held,
): (features: Tensor) => Tensor {
  const { tf } = tensorflow;
  return tf.customGrad((given) => {
    const features = given as Tensor;
    return {
      value: tf.tidy(() => sumOfSquares(tensorflow, tf.sub(features, target))),
      gradFunc: (upstream: Tensor) =>
        held.pass(tf.tidy(() => tf.mul(tf.sub(features, target), tf.mul(upstream, 2)))),
    };
  });
}

/** Σ(G − A)² with G = F·Fᵀ/M, whose gradient is 4/M·(G − A)·F, as the difference is symmetric. */
export function styleTerm(tensorflow: Tensorflow, target: Tensor, held: Held): (features: Tensor) => Tensor {
  const { tf } = tensorflow;
  return tf.customGrad((given) => {
    const features = given as Tensor;
    const difference = held.hold(tf.tidy(() => tf.sub(gramOf(tensorflow, features), target)));
    const gradFunc = (upstream: Tensor) => {
      const gradient = tf.tidy(() => {
        const rows = rowsOf(tensorflow, features);
        const scaled = tf.mul(difference, tf.mul(upstream, 4 / rows.shape[0]));
        return tf.reshape(tf.matMul(rows as never, scaled as never), features.shape);
      });
      held.free(difference);
      return held.pass(gradient);
    };
    return { value: sumOfSquares(tensorflow, difference), gradFunc };
  });
}
