import { setImmediate } from "node:timers/promises";
import type { Tensor } from "@tensorflow/tfjs-core";
import { type LayerName, layersUpTo } from "../../../shared/layers.ts";
import type { TermName } from "../../../shared/terms.ts";
import { PIXEL_RANGE, type Size } from "../../image/planes.ts";
import type { Network } from "../../network/network.ts";
import type { Evaluator, ObjectivePlan, Target } from "../engine.ts";
import { termsOfPlan } from "../plan.ts";
import type { VectorSpace } from "../vector-space.ts";
import { type DeviceVector, deviceSpace } from "./device-space.ts";
import { type DeviceNetwork, uploadNetwork } from "./filters.ts";
import { Held } from "./held.ts";
import { differentiableLayer } from "./layer.ts";
import { uploadTarget } from "./targets.ts";
import type { Tensorflow } from "./tensorflow.ts";
import { contentTerm, styleTerm } from "./terms.ts";
import { totalVariation } from "./total-variation.ts";

/** The objective in TensorFlow's operations, with tfjs's automatic gradient. */
export class TfjsEvaluator implements Evaluator<DeviceVector> {
  readonly space: VectorSpace<DeviceVector>;
  readonly #tensorflow: Tensorflow;
  readonly #plan: ObjectivePlan;
  readonly #network: DeviceNetwork;
  readonly #layers: readonly LayerName[];
  readonly #terms: readonly TermName[];
  readonly #targets = new Map<TermName, Tensor>();

  constructor(tensorflow: Tensorflow, network: Network, plan: ObjectivePlan, size: Size) {
    this.#tensorflow = tensorflow;
    this.#plan = plan;
    this.space = deviceSpace(tensorflow, size);
    this.#layers = layersUpTo([...plan.contentLayers, ...plan.styleLayers]);
    this.#network = uploadNetwork(tensorflow, network, this.#layers);
    this.#terms = termsOfPlan(plan);
  }

  setTargets(targets: ReadonlyMap<TermName, Target>): void {
    for (const [term, target] of targets) {
      this.#targets.get(term)?.dispose();
      this.#targets.set(term, uploadTarget(this.#tensorflow, term, target));
    }
  }

  async evaluate(
    picture: DeviceVector,
    coefficients: ReadonlyMap<TermName, number>,
    gradient: DeviceVector,
  ): Promise<Map<TermName, number>> {
    // TensorFlow holds up its thread for a whole evaluation: here the process hears its messages.
    await setImmediate();
    const sums = this.#compute(picture, coefficients, gradient);
    try {
      const values = await sums.data<"float32">();
      return new Map(this.#terms.map((term, i) => [term, values[i] as number]));
    } finally {
      sums.dispose();
    }
  }

  async dispose(): Promise<void> {
    this.#network[Symbol.dispose]();
    for (const target of this.#targets.values()) target.dispose();
    this.#targets.clear();
    this.#tensorflow.releaseMemory();
  }

  /** All sums as one tensor; `gradient` becomes the gradient of Σ coefficient·sum. */
  #compute(
    picture: DeviceVector,
    coefficients: ReadonlyMap<TermName, number>,
    gradient: DeviceVector,
  ): Tensor {
    const { tf } = this.#tensorflow;
    using held = new Held(this.#tensorflow);
    return tf.tidy(() => {
      const factors = this.#terms.map((term) => tf.scalar(coefficients.get(term) ?? 0));
      let sums: Tensor | undefined;
      const weigh = tf.customGrad((...given) => {
        const terms = given.slice(0, factors.length) as Tensor[];
        sums = held.hold(tf.stack(terms));
        return {
          value: tf.addN(terms.map((term, i) => tf.mul(term, factors[i] as Tensor))),
          gradFunc: (upstream: Tensor) => factors.map((factor) => tf.mul(factor, upstream)),
        };
      });
      const inRange = tf.clipByValue(picture, PIXEL_RANGE.least, PIXEL_RANGE.most);
      const slope = tf.grad((point) => weigh(...this.#sumsAt(point, held)))(inRange);
      const isOutward = tf.sign(tf.relu(tf.mul(tf.sub(inRange, picture), slope)));
      gradient.assign(tf.mul(slope, tf.sub(1, isOutward)));
      return tf.clone(sums as Tensor);
    });
  }

  /** The sums in the order of the terms. */
  #sumsAt(point: Tensor, held: Held): Tensor[] {
    const { contentLayers, styleLayers, pool, tvForm } = this.#plan;
    const sums = new Map<TermName, Tensor>();
    let features = point;
    for (const name of this.#layers) {
      features = differentiableLayer(this.#tensorflow, this.#network, name, pool, held)(features);
      if (contentLayers.includes(name)) {
        const term = contentTerm(this.#tensorflow, this.#targetOf(`content.${name}`), held);
        sums.set(`content.${name}`, term(features));
      }
      if (styleLayers.includes(name)) {
        const term = styleTerm(this.#tensorflow, this.#targetOf(`style.${name}`), held);
        sums.set(`style.${name}`, term(features));
      }
    }
    sums.set("tv", totalVariation(this.#tensorflow, tvForm)(point));
    return this.#terms.map((term) => sums.get(term) as Tensor);
  }

  #targetOf(term: TermName): Tensor {
    const target = this.#targets.get(term);
    if (target === undefined) throw new Error(`no target for ${term}`);
    return target;
  }
}
