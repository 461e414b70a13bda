import type { VectorSpace } from "../engine/vector-space.ts";
import { DotTable } from "./dot-table.ts";
import { type LinePoint, searchLine } from "./line-search.ts";
import { NonFiniteLossError } from "./loss.ts";
import {
  brought,
  type Evaluate,
  type Loss,
  type Optimizer,
  type OptimizerState,
  type Step,
  sourcesOf,
  withAnswer,
} from "./optimizer.ts";
import { basisOf, type Pair, twoLoop } from "./two-loop.ts";

export interface LbfgsOptions {
  /** How many pairs of steps and gradient changes are kept: 2 vectors of memory each. */
  readonly pairs: number;
  /** Root mean square change per number that the very first trial step makes. */
  readonly firstMove: number;
}

const LINE_SEARCH = { c1: 1e-4, c2: 0.9, maxEvaluations: 20, noise: 1e-6 };
/** A pair whose curvature is below this share of |s||y| would spoil the estimate and is left out. */
const MIN_CURVATURE = 1e-8;

/** What `y` counts as, where the objective has changed since: scale·y. */
type KeptPair<V> = Pair<V> & { scale: number };

/**
 * Limited-memory BFGS with a strong-Wolfe line search: J. Nocedal, "Updating quasi-Newton matrices
 * with limited storage" (1980). The two-loop recursion runs on the dot products of all kept vectors,
 * computed in one batch (Chen et al., "Large-scale L-BFGS using MapReduce", 2014), together with the
 * slope and the loss of a trial, so that on a device one iteration needs one exchange of a few numbers
 * and never a full vector.
 */
export class Lbfgs<V, Terms> implements Optimizer<V, Terms> {
  readonly #space: VectorSpace<V>;
  readonly #evaluate: Evaluate<V, Terms>;
  readonly #maxPairs: number;
  readonly #firstMove: number;
  readonly #dots: DotTable<V>;
  readonly #pairs: KeptPair<V>[] = [];
  /** What the trial would teach if it were accepted. */
  #trialPair: Pair<V>;
  #point: V;
  #gradient: V;
  #trialPoint: V;
  #trialGradient: V;
  #direction: V;
  /** Loss at `#point`, with `#gradient` belonging to it; undefined before the first and after a change. */
  #loss: Loss<Terms> | undefined;
  /** The total at `#point` under the objective that the pairs are of; NaN where that is not known. */
  #total = Number.NaN;
  /** The objective has changed since. */
  #isOutdated = false;

  constructor(
    space: VectorSpace<V>,
    start: V,
    evaluate: Evaluate<V, Terms>,
    { pairs, firstMove }: LbfgsOptions,
  ) {
    this.#space = space;
    this.#dots = new DotTable(space);
    this.#evaluate = evaluate;
    this.#maxPairs = pairs;
    this.#firstMove = firstMove;
    this.#point = start;
    this.#gradient = space.create();
    this.#trialPoint = space.create();
    this.#trialGradient = space.create();
    this.#direction = space.create();
    this.#trialPair = { s: space.create(), y: space.create() };
  }

  get result(): V {
    return this.#point;
  }

  async step(): Promise<Step<Terms>> {
    let evaluations = 0;
    if (this.#loss === undefined) {
      this.#loss = await this.#evaluatePoint();
      evaluations++;
    }
    for (;;) {
      const search = await this.#searchAlongDirection(this.#loss);
      const wasSteepest = this.#pairs.length === 0;
      evaluations += search.evaluations;
      if (search.loss !== undefined) {
        this.#loss = search.loss;
        this.#total = search.loss.total;
        return { loss: search.loss, evaluations, isConverged: false };
      }
      // The curvature estimate misled; the plain gradient gets one chance before the end is declared.
      if (wasSteepest) return { loss: this.#loss, evaluations, isConverged: true };
      this.#dropPairs();
    }
  }

  objectiveChanged(): void {
    this.#isOutdated = true;
    this.#loss = undefined;
  }

  save(): OptimizerState {
    const vectors = this.#pairs.flatMap(({ s, y }, i) => [[`s${i}`, s] as const, [`y${i}`, y] as const]);
    const scales = this.#pairs.map(({ scale }, i) => [`scale${i}`, scale] as const);
    return {
      vectors: sourcesOf(this.#space, { point: this.#point, ...Object.fromEntries(vectors) }),
      numbers: { pairs: scales.length, ...Object.fromEntries(scales), total: this.#total },
    };
  }

  async restore(state: OptimizerState): Promise<void> {
    this.#dropPairs();
    this.#loss = undefined;
    this.#isOutdated = false;
    const vector = async (name: string) => await brought(this.#space, state, name);
    const before = this.#point;
    this.#point = await vector("point");
    this.#space.free(before);
    const { numbers } = state;
    // JSON has no NaN, and an older version saved neither total nor scales: then a change drops the pairs.
    this.#total = numbers["total"] ?? Number.NaN;
    for (let i = 0; i < (numbers["pairs"] ?? 0); i++)
      this.#pairs.push({
        s: await vector(`s${i}`),
        y: await vector(`y${i}`),
        scale: numbers[`scale${i}`] ?? 1,
      });
  }

  dispose(): void {
    this.#dropPairs();
    for (const vector of [
      this.#point,
      this.#gradient,
      this.#trialPoint,
      this.#trialGradient,
      this.#direction,
      this.#trialPair.s,
      this.#trialPair.y,
    ])
      this.#free(vector);
  }

  #free(vector: V): void {
    this.#dots.forget(vector);
    this.#space.free(vector);
  }

  #dropPairs(): void {
    for (const { s, y } of this.#pairs.splice(0)) {
      this.#free(s);
      this.#free(y);
    }
  }

  /** Loss and gradient at the point; brings pairs of another objective to this one's scale. */
  async #evaluatePoint(): Promise<Loss<Terms>> {
    this.#dots.forget(this.#gradient);
    const [loss] = await withAnswer(
      this.#space,
      this.#evaluate(this.#point, this.#gradient),
      async () => await this.#dots.learn(basisOf(this.#pairs, this.#gradient), []),
    );
    if (!Number.isFinite(loss.total)) throw new NonFiniteLossError(loss);
    if (this.#isOutdated) this.#scalePairs(loss.total / this.#total);
    this.#isOutdated = false;
    this.#total = loss.total;
    return loss;
  }

  /**
   * Losses are sums of weighted squares, and so, nearly, is their curvature: both change by about the same factor when
   * weights are turned. Pairs of two scales would mislead each other.
   */
  #scalePairs(factor: number): void {
    if (!(factor > 0 && Number.isFinite(factor))) return this.#dropPairs();
    for (const pair of this.#pairs) pair.scale *= factor;
  }

  /** Moves to a lower point along −H·gradient and learns from it; without a lower point nothing changes. */
  async #searchAlongDirection(from: Loss<Terms>): Promise<{ loss?: Loss<Terms>; evaluations: number }> {
    const { slope, norm } = await this.#computeDirection();
    if (!Number.isFinite(norm)) throw new NonFiniteLossError(from);
    if (!(slope < 0)) return { evaluations: 0 };
    let last = from;
    let lastSlope = slope;
    const at = async (step: number): Promise<LinePoint> => {
      this.#space.combine(
        [
          [1, this.#point],
          [step, this.#direction],
        ],
        this.#trialPoint,
      );
      [last, lastSlope] = await withAnswer(
        this.#space,
        this.#evaluate(this.#trialPoint, this.#trialGradient),
        async () => await this.#slopeOfTrial(),
      );
      return { step, value: last.total, slope: lastSlope };
    };
    const start = { step: 0, value: from.total, slope };
    // Without curvature the gradient's length says nothing about how far to go.
    const firstStep = this.#pairs.length === 0 ? (this.#firstMove * Math.sqrt(this.#space.length)) / norm : 1;
    const search = await searchLine(start, at, { ...LINE_SEARCH, firstStep });
    let { evaluations } = search;
    if (search.best === undefined) {
      if (Number.isNaN(last.total)) throw new NonFiniteLossError(last);
      return { evaluations };
    }
    if (!search.isBestLast) {
      await at(search.best.step);
      evaluations++;
    }
    this.#accept();
    return { loss: last, evaluations };
  }

  /**
   * The trial's slope along the direction. All products that the next direction takes, if this trial is accepted as most
   * are, are learned with it: a device answers for all in about the time of one, and elsewhere they are little beside the
   * evaluation.
   */
  async #slopeOfTrial(): Promise<number> {
    this.#dots.forget(this.#trialGradient);
    const { s, y } = this.#trialPair;
    this.#difference(this.#trialPoint, this.#point, s);
    this.#difference(this.#trialGradient, this.#gradient, y);
    const pairs = [...this.#pairs.slice(this.#isFull ? 1 : 0), this.#trialPair];
    const along = [[this.#trialGradient, this.#direction]] as const;
    const [slope = Number.NaN] = await this.#dots.learn(basisOf(pairs, this.#trialGradient), along);
    return slope;
  }

  /** The trial becomes the point, and its pair is kept. */
  #accept(): void {
    const spare = this.#isFull ? this.#pairs.shift() : undefined;
    this.#pairs.push({ ...this.#trialPair, scale: 1 });
    this.#trialPair = spare ?? { s: this.#space.create(), y: this.#space.create() };
    [this.#point, this.#trialPoint] = [this.#trialPoint, this.#point];
    [this.#gradient, this.#trialGradient] = [this.#trialGradient, this.#gradient];
  }

  get #isFull(): boolean {
    return this.#pairs.length === this.#maxPairs;
  }

  #difference(a: V, b: V, into: V): void {
    this.#space.combine(
      [
        [1, a],
        [-1, b],
      ],
      into,
    );
    this.#dots.forget(into);
  }

  /** The products of s₀…, y₀…, gradient, of pairs that all show curvature: the newest is dropped if it does not. */
  async #dotsOfBasis(): Promise<{ basis: V[]; dots: number[][] }> {
    const basis = basisOf(this.#pairs, this.#gradient);
    const dots = await this.#dots.of(basis);
    const [s, y] = [this.#pairs.length - 1, 2 * this.#pairs.length - 1];
    const dot = (i: number, j: number) => dots[i]?.[j] as number;
    if (s < 0 || dot(s, y) > MIN_CURVATURE * Math.sqrt(dot(s, s) * dot(y, y))) return { basis, dots };
    const flat = this.#pairs.pop() as Pair<V>;
    this.#free(flat.s);
    this.#free(flat.y);
    return await this.#dotsOfBasis();
  }

  /** Puts −H·gradient into `#direction`; returns its slope and the gradient's length. */
  async #computeDirection(): Promise<{ slope: number; norm: number }> {
    const { basis, dots } = await this.#dotsOfBasis();
    const gradient = basis.length - 1;
    const norm = Math.sqrt(dots[gradient]?.[gradient] as number);
    const factors = twoLoop(
      dots,
      this.#pairs.map(({ scale }) => scale),
    );
    this.#space.combine(
      factors.map((factor, i): [number, V] => [factor, basis[i] as V]),
      this.#direction,
    );
    const slope = factors.reduce((sum, factor, i) => sum + factor * (dots[i]?.[gradient] as number), 0);
    return { slope, norm };
  }
}
