import { normals } from "../../random.ts";
import { loadTensorflow } from "./tensorflow.ts";

/** The shape that the onnx engine measures with, so that their peaks can be compared. */
const ROWS = 512;
const SUMMED = 9 * 512;
const COLUMNS = 4096;
const REPEATS = 8;

/** 10⁹ operations per second of the fastest of a few matrix products, on TensorFlow's device. */
export async function measureMatrixGflops(): Promise<number> {
  const { tf } = await loadTensorflow();
  const a = tf.tensor2d(normals(1, 0, ROWS * SUMMED, 1), [ROWS, SUMMED]);
  const b = tf.tensor2d(normals(0, 0, SUMMED * COLUMNS, 1), [SUMMED, COLUMNS]);
  try {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < REPEATS; i++) {
      const began = performance.now();
      const corner = tf.tidy(() => tf.slice(tf.matMul(a, b), [0, 0], [1, 1]));
      await corner.data();
      corner.dispose();
      best = Math.min(best, (performance.now() - began) / 1000);
    }
    return (2 * ROWS * SUMMED * COLUMNS) / 1e9 / best;
  } finally {
    tf.dispose([a, b]);
  }
}
