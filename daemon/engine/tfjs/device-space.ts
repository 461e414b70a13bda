import type { Rank, Tensor, Tensor3D, Variable } from "@tensorflow/tfjs-core";
import type { Size } from "../../image/planes.ts";
import { dotBlocks } from "../dot-blocks.ts";
import type { VectorSpace } from "../vector-space.ts";
import type { Tensorflow } from "./tensorflow.ts";

/** A picture or gradient on the device: 1 × height × width × 3, as TensorFlow's convolutions want it. */
export type DeviceVector = Variable;

/** A picture of three planes as the device holds it. */
export function uploadPicture({ tf }: Tensorflow, planes: Float32Array, { height, width }: Size): Tensor {
  return tf.tidy(() => {
    // TensorFlow may go on using the array that it is given.
    const tensor = tf.tensor(planes.slice(), [3, height, width]);
    return tf.reshape(tf.transpose(tensor, [1, 2, 0]), [1, height, width, 3]);
  });
}

/** Terms that are added at a time: each scaled vector is held until its group is added. */
const GROUP = 4;

/** Vectors as tensors of TensorFlow's device. Only dot products' row sums and what `toHost` gives leave it. */
export function deviceSpace(tensorflow: Tensorflow, { height, width }: Size): VectorSpace<DeviceVector> {
  const { tf } = tensorflow;
  const shape: [number, number, number, number] = [1, height, width, 3];
  const assign = (into: DeviceVector, compute: () => Tensor) => {
    tf.tidy(() => {
      into.assign(compute());
    });
  };
  /** Height × vectors × what a row of pixels holds. */
  const rowsOf = (vectors: readonly DeviceVector[]): Tensor3D =>
    tf.tidy(() =>
      tf.transpose(
        tf.reshape<Rank.R3>(tf.stack([...vectors]), [vectors.length, height, 3 * width]),
        [1, 0, 2],
      ),
    );
  const sumOf = (terms: readonly (readonly [number, Tensor])[]): Tensor =>
    tf.tidy(() => tf.addN(terms.map(([factor, vector]) => (factor === 1 ? vector : tf.mul(vector, factor)))));
  return {
    length: 3 * height * width,
    isOrdered: false,
    create: () => tf.tidy(() => tf.variable(tf.zeros(shape), false)),
    fromHost: (values) =>
      tf.tidy(() => tf.variable(uploadPicture(tensorflow, values, { height, width }), false)),
    toHost: async (vector) => {
      const planes = tf.tidy(() => tf.transpose(tf.reshape(vector, [height, width, 3]), [2, 0, 1]));
      try {
        return await planes.data<"float32">();
      } finally {
        planes.dispose();
      }
    },
    // Tensors never change, so that two vectors may share one.
    copy: (from, into) => assign(into, () => tf.clone(from)),
    dots: async (pairs) => {
      const sums = new Array<number>(pairs.length).fill(0);
      for (const { lefts, rights, places } of dotBlocks(pairs)) {
        const products = tf.tidy(() => tf.matMul(rowsOf(lefts), rowsOf(rights), false, true));
        try {
          const rows = await products.data<"float32">();
          // float32 within a row, float64 over the rows.
          for (const { place, left, right } of places)
            for (let row = 0; row < height; row++)
              sums[place] =
                (sums[place] as number) +
                (rows[(row * lefts.length + left) * rights.length + right] as number);
        } finally {
          products.dispose();
        }
      }
      return sums;
    },
    combine: (terms, into) =>
      assign(into, () => {
        if (terms.length === 0) return tf.zeros(shape);
        let sum = sumOf(terms.slice(0, GROUP));
        for (let first = GROUP; first < terms.length; first += GROUP) {
          const before = sum;
          sum = sumOf([[1, before], ...terms.slice(first, first + GROUP)]);
          before.dispose();
        }
        return sum;
      }),
    multiply: (a, b, into) => assign(into, () => tf.mul(a, b)),
    divideByRoot: (a, b, epsilon, into) => assign(into, () => tf.div(a, tf.add(tf.sqrt(b), epsilon))),
    clamp: (vector, low, high) => assign(vector, () => tf.clipByValue(vector, low, high)),
    toGrey: (vector) => assign(vector, () => tf.add(tf.zeros(shape), tf.mul(tf.sum(vector, 3, true), 1 / 3))),
    free: (vector) => vector.dispose(),
  };
}
