import type { Tensor } from "@tensorflow/tfjs-core";
import type { TvForm } from "../../../shared/objective.ts";
import type { Tensorflow } from "./tensorflow.ts";

type Tf = Tensorflow["tf"];

/** The sum of a total variation form over a picture, differentiable. */
export function totalVariation({ tf }: Tensorflow, form: TvForm): (picture: Tensor) => Tensor {
  return tf.customGrad((given) => {
    const picture = given as Tensor;
    return {
      value: tf.tidy(() => FORMS[form].sum(tf, ...differences(tf, picture, form))),
      gradFunc: (upstream: Tensor) => tf.tidy(() => tf.mul(gradientOf(tf, picture, form), upstream)),
    };
  });
}

/** The power form lives on the grid where both neighbours exist, the others on every neighbouring pair. */
const trimOf = (form: TvForm) => (form === "power-1.25" ? 1 : 0);

/** Right minus left, and lower minus upper neighbours. */
function differences(tf: Tf, picture: Tensor, form: TvForm): [Tensor, Tensor] {
  const [, height, width, channels] = picture.shape as [number, number, number, number];
  const [rows, columns] = [height - trimOf(form), width - trimOf(form)];
  const part = (top: number, left: number, down: number, across: number) =>
    tf.slice(picture, [0, top, left, 0], [1, down, across, channels]);
  return [
    tf.sub(part(0, 1, rows, width - 1), part(0, 0, rows, width - 1)),
    tf.sub(part(1, 0, height - 1, columns), part(0, 0, height - 1, columns)),
  ];
}

/** Every difference pulls its right (lower) pixel up and its left (upper) pixel down. */
function gradientOf(tf: Tf, picture: Tensor, form: TvForm): Tensor {
  const trim = trimOf(form);
  const [x, y] = FORMS[form].slopes(tf, ...differences(tf, picture, form));
  const pad = (value: Tensor, top: number, left: number, bottom: number, right: number) =>
    tf.pad(value, [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ]);
  const alongX = tf.sub(pad(x, 0, 1, trim, 0), pad(x, 0, 0, trim, 1));
  const alongY = tf.sub(pad(y, 1, 0, 0, trim), pad(y, 0, 0, 1, trim));
  return tf.add(alongX, alongY);
}

interface Form {
  sum(tf: Tf, dx: Tensor, dy: Tensor): Tensor;
  /** Derivative of the sum by each difference. */
  slopes(tf: Tf, dx: Tensor, dy: Tensor): [Tensor, Tensor];
}

const FORMS: Record<TvForm, Form> = {
  "power-1.25": {
    sum: (tf, dx, dy) => {
      const square = tf.add(tf.square(dx), tf.square(dy));
      return sumOf(tf, tf.mul(square, tf.sqrt(tf.sqrt(square))));
    },
    slopes: (tf, dx, dy) => {
      const square = tf.add(tf.square(dx), tf.square(dy));
      const factor = tf.mul(tf.sqrt(tf.sqrt(square)), 2.5);
      return [tf.mul(factor, dx), tf.mul(factor, dy)];
    },
  },
  l1: {
    sum: (tf, dx, dy) => tf.add(sumOf(tf, tf.abs(dx)), sumOf(tf, tf.abs(dy))),
    slopes: (tf, dx, dy) => [tf.sign(dx), tf.sign(dy)],
  },
  "half-squared": {
    sum: (tf, dx, dy) => tf.mul(tf.add(sumOf(tf, tf.square(dx)), sumOf(tf, tf.square(dy))), 0.5),
    slopes: (_, dx, dy) => [dx, dy],
  },
};

/** Rows first, for the same reason as in the objective's sums of squares. */
function sumOf(tf: Tf, values: Tensor): Tensor {
  return tf.sum(tf.sum(values, [2, 3]));
}
