import type { VectorSpace } from "../engine/vector-space.ts";
import { PIXEL_RANGE } from "../image/planes.ts";
import { NonFiniteLossError } from "./loss.ts";
import {
  brought,
  type Evaluate,
  type Optimizer,
  type OptimizerState,
  type Step,
  sourcesOf,
  withAnswer,
} from "./optimizer.ts";

export interface AdamOptions {
  /** Step length in levels of 0..255; read anew on every iteration. */
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  /** Decay of the average of the iterates that is shown; 0 shows the newest. */
  readonly averaging: number;
}

/** Far below the gradient of any pixel that matters, which the paper's 1e-8 is not where pictures are large. */
const EPSILON = 1e-12;

/** Adam with pixels kept in 0..255: D. Kingma, J. Ba, arXiv 1412.6980. */
export class Adam<V, Terms> implements Optimizer<V, Terms> {
  options: AdamOptions;
  readonly #space: VectorSpace<V>;
  readonly #evaluate: Evaluate<V, Terms>;
  readonly #point: V;
  readonly #gradient: V;
  readonly #mean: V;
  readonly #square: V;
  readonly #scratch: V;
  readonly #average: V;
  readonly #shown: V;
  /** The newest point whose loss and gradient were finite; it is shown when those of the next are not. */
  readonly #previous: V;
  #isPointBad = false;
  /** Steps since the moments were empty; the second moment keeps its own count, as it outlives a change. */
  #meanSteps = 0;
  #squareSteps = 0;
  #averageSteps = 0;

  constructor(space: VectorSpace<V>, start: V, evaluate: Evaluate<V, Terms>, options: AdamOptions) {
    this.#space = space;
    this.#evaluate = evaluate;
    this.options = options;
    this.#point = start;
    this.#gradient = space.create();
    this.#mean = space.create();
    this.#square = space.create();
    this.#scratch = space.create();
    this.#average = space.create();
    this.#shown = space.create();
    this.#previous = space.create();
    space.copy(start, this.#previous);
  }

  get result(): V {
    if (this.#averageSteps === 0) return this.#isPointBad ? this.#previous : this.#point;
    // The average began at zero, so it is too small by a known factor.
    const correction = 1 / (1 - this.options.averaging ** this.#averageSteps);
    this.#space.combine([[correction, this.#average]], this.#shown);
    return this.#shown;
  }

  async step(): Promise<Step<Terms>> {
    const { learningRate, beta1, beta2, averaging } = this.options;
    const [loss, [length]] = await withAnswer(
      this.#space,
      this.#evaluate(this.#point, this.#gradient),
      async () => await this.#space.dots([[this.#gradient, this.#gradient]]),
    );
    this.#isPointBad = !Number.isFinite(loss.total) || !Number.isFinite(length);
    if (this.#isPointBad) throw new NonFiniteLossError(loss);
    this.#space.copy(this.#point, this.#previous);
    this.#decay(this.#mean, beta1, this.#gradient);
    this.#space.multiply(this.#gradient, this.#gradient, this.#scratch);
    this.#decay(this.#square, beta2, this.#scratch);
    const meanCorrection = 1 - beta1 ** ++this.#meanSteps;
    const rootCorrection = Math.sqrt(1 - beta2 ** ++this.#squareSteps);
    this.#space.divideByRoot(this.#mean, this.#square, EPSILON * rootCorrection, this.#scratch);
    const factor = (learningRate * rootCorrection) / meanCorrection;
    this.#space.combine(
      [
        [1, this.#point],
        [-factor, this.#scratch],
      ],
      this.#point,
    );
    this.#space.clamp(this.#point, PIXEL_RANGE.least, PIXEL_RANGE.most);
    if (averaging > 0) {
      this.#decay(this.#average, averaging, this.#point);
      this.#averageSteps++;
    }
    return { loss, evaluations: 1, isConverged: false };
  }

  /** The size of gradients stays a good guess when the objective changes; their direction does not. */
  objectiveChanged(): void {
    this.#space.combine([], this.#mean);
    this.#meanSteps = 0;
  }

  save(): OptimizerState {
    const numbers = {
      meanSteps: this.#meanSteps,
      squareSteps: this.#squareSteps,
      averageSteps: this.#averageSteps,
    };
    return { vectors: sourcesOf(this.#space, this.#kept()), numbers };
  }

  async restore(state: OptimizerState): Promise<void> {
    for (const [name, vector] of Object.entries(this.#kept())) {
      const saved = await brought(this.#space, state, name);
      this.#space.copy(saved, vector);
      this.#space.free(saved);
    }
    this.#space.copy(this.#point, this.#previous);
    const { numbers } = state;
    this.#meanSteps = numbers["meanSteps"] as number;
    this.#squareSteps = numbers["squareSteps"] as number;
    this.#averageSteps = numbers["averageSteps"] as number;
  }

  dispose(): void {
    for (const vector of [
      ...Object.values(this.#kept()),
      this.#gradient,
      this.#scratch,
      this.#shown,
      this.#previous,
    ])
      this.#space.free(vector);
  }

  #kept(): Record<string, V> {
    return { point: this.#point, mean: this.#mean, square: this.#square, average: this.#average };
  }

  /** into = decay·into + (1 − decay)·from */
  #decay(into: V, decay: number, from: V): void {
    this.#space.combine(
      [
        [decay, into],
        [1 - decay, from],
      ],
      into,
    );
  }
}
