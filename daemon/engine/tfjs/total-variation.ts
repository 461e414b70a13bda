import type { Tensor } from "@tensorflow/tfjs-core";
import type { TvForm } from "../../../shared/objective.ts";
import type { Held } from "./held.ts";
import type { Tensorflow } from "./tensorflow.ts";

/** The sum of a total variation form over a picture, differentiable. */
export function totalVariation(
  tensorflow: Tensorflow,
  form: TvForm,
  held: Held,
): (picture: Tensor) => Tensor {
  const { tf } = tensorflow;
  return (picture) => {
    const [, height, width, channels] = picture.shape as [number, number, number, number];
    // The power form lives on the grid where both neighbours exist, the others on every neighbouring pair.
    const trim = form === "power-1.25" ? 1 : 0;
    const part = (top: number, left: number, rows: number, columns: number) =>
      tf.slice(picture, [0, top, left, 0], [1, rows, columns, channels]);
    const [rows, columns] = [height - trim, width - trim];
    const dx = held.hold(tf.sub(part(0, 1, rows, width - 1), part(0, 0, rows, width - 1)));
    const dy = held.hold(tf.sub(part(1, 0, height - 1, columns), part(0, 0, height - 1, columns)));
    return FORMS[form](tensorflow, held)(dx, dy);
  };
}

type Form = (tensorflow: Tensorflow, held: Held) => (dx: Tensor, dy: Tensor) => Tensor;

/** Each with its gradient: tfjs's of a root is infinite at 0, and its of an absolute value −1 there. */
const FORMS: Record<TvForm, Form> = {
  "power-1.25": (tensorflow, held) => {
    const { tf } = tensorflow;
    return tf.customGrad((...given) => {
      const [dx, dy] = given as [Tensor, Tensor];
      const square = tf.add(tf.square(dx), tf.square(dy));
      const root = held.hold(tf.sqrt(tf.sqrt(square)));
      return {
        value: sumOf(tensorflow, tf.mul(square, root)),
        gradFunc: (upstream: Tensor) => {
          const factor = tf.mul(root, tf.mul(upstream, 2.5));
          return [tf.mul(factor, dx), tf.mul(factor, dy)];
        },
      };
    });
  },
  l1: (tensorflow) => {
    const { tf } = tensorflow;
    const absolute = tf.customGrad((given) => ({
      value: sumOf(tensorflow, tf.abs(given as Tensor)),
      gradFunc: (upstream: Tensor) => tf.mul(tf.sign(given as Tensor), upstream),
    }));
    return (dx, dy) => tf.add(absolute(dx), absolute(dy));
  },
  "half-squared": (tensorflow) => {
    const { tf } = tensorflow;
    const square = tf.customGrad((given) => ({
      value: tf.mul(sumOf(tensorflow, tf.square(given as Tensor)), 0.5),
      gradFunc: (upstream: Tensor) => tf.mul(given as Tensor, upstream),
    }));
    return (dx, dy) => tf.add(square(dx), square(dy));
  },
};

/** Rows first, for the same reason as in the objective's sums of squares. */
function sumOf({ tf }: Tensorflow, values: Tensor): Tensor {
  return tf.sum(tf.sum(values, [2, 3]));
}
