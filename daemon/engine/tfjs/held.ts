import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tensorflow } from "./tensorflow.ts";

/**
 * Tensors of one evaluation that outlive the operation that made them. tfjs holds all of them to the end; here
 * each is freed as soon as the way back has passed it, and the rest when the evaluation ends or fails.
 */
export class Held implements Disposable {
  readonly #tf: Tensorflow["tf"];
  readonly #tensors = new Set<Tensor>();
  readonly #gradients: Tensor[] = [];

  constructor({ tf }: Tensorflow) {
    this.#tf = tf;
  }

  hold<T extends Tensor>(tensor: T): T {
    this.#tensors.add(this.#tf.keep(tensor));
    return tensor;
  }

  free(tensor: Tensor): void {
    this.#tensors.delete(tensor);
    tensor.dispose();
  }

  /** A gradient on its way to the layer before, where it is added to others. */
  pass(gradient: Tensor): Tensor {
    this.#gradients.push(gradient);
    return gradient;
  }

  /** A layer has taken what was passed to it: `sum`, and the gradients that it was added up from. */
  freePassed(sum: Tensor): void {
    sum.dispose();
    for (const gradient of this.#gradients.splice(0)) gradient.dispose();
  }

  [Symbol.dispose](): void {
    for (const tensor of this.#tensors) tensor.dispose();
    this.#tensors.clear();
  }
}
