import { type ControlValues, recipeAfter } from "../../shared/controls.ts";
import type { Recipe, Stage } from "../../shared/recipe.ts";
import type { TermName } from "../../shared/terms.ts";
import type { Engine, Evaluator } from "../engine/engine.ts";
import { type Planes, resample, type Size } from "../image/planes.ts";
import { fit, longestSide } from "../image/source.ts";
import { type ActiveStage, pictureOf, targetsOf } from "./active-stage.ts";
import { Adam } from "./adam.ts";
import { type Appearance, appearanceOf } from "./appearance.ts";
import type { Checkpoint, Counts, Resumption } from "./checkpoint.ts";
import { createOptimizer } from "./create-optimizer.ts";
import { startingPicture } from "./initial.ts";
import { coefficientsOf, lossOf, planOf, type Terms } from "./loss.ts";
import { amongGreys, type Loss, type Optimizer } from "./optimizer.ts";
import type { Pictures } from "./pictures.ts";
import { stagesOf, styleSize } from "./schedule.ts";
import { describePictures, inTurn } from "./targets.ts";

export interface Progress {
  /** Counted from 0. */
  readonly stage: number;
  readonly stages: readonly Stage[];
  readonly size: Size;
  /** Iterations done in this stage, and in all stages. */
  readonly stageIteration: number;
  readonly iteration: number;
  readonly evaluations: number;
  readonly loss: Loss<Terms>;
  /** The stage ended before its iterations were used up. */
  readonly isStageConverged: boolean;
}

/** Iterations over which the schedule's `stopBelow` looks. */
const STOP_WINDOW = 20;

/** The work on one picture: stage by stage, iteration by iteration, stoppable between any two. */
export class Transfer<V> {
  readonly stages: readonly Stage[];
  readonly #engine: Engine<V>;
  #recipe: Recipe;
  readonly #pictures: Pictures;
  /** What people see of the picture, for previews that are made of it beside the work. */
  readonly appearance: Appearance;
  #active: ActiveStage<V> | undefined;
  #stage = 0;
  #stageIteration = 0;
  #iteration = 0;
  #evaluations = 0;
  #recent: number[] = [];
  #isStageConverged = false;
  #resumeFrom: Resumption["optimizer"] | undefined;
  #isChangedBeforeOpening = false;
  /** The picture that the optimiser began from, as people saw it, until its first step. */
  #seen: Planes | undefined;
  /** The picture of a stage that is closed, until the next one is open: that may fail. */
  #between: Planes | undefined;

  constructor(engine: Engine<V>, recipe: Recipe, pictures: Pictures, from?: Resumption) {
    this.#engine = engine;
    this.#recipe = recipe;
    this.appearance = appearanceOf(recipe, pictures);
    this.#pictures = this.appearance.pictures;
    this.stages = stagesOf(recipe.schedule, pictures.content);
    if (from !== undefined) {
      this.#stage = from.stage;
      this.#stageIteration = from.stageIteration;
      this.#iteration = from.iteration;
      this.#evaluations = from.evaluations;
      this.#recent = [...from.recent];
      this.#isStageConverged = from.isStageConverged;
      this.#resumeFrom = from.optimizer;
    }
  }

  /** The size of the finished picture. */
  get finalSize(): Size {
    return this.#sizeOf(this.stages.length - 1);
  }

  /** Iterates to the end, one report per iteration. Ending the loop early leaves a picture and a checkpoint to take. */
  async *run(): AsyncGenerator<Progress, void, void> {
    for (;;) {
      const active = await this.#open();
      const stage = this.stages[this.#stage] as Stage;
      while (this.#stageIteration < stage.iterations && !this.#isStageConverged) {
        this.#seen = undefined;
        const { loss, evaluations, isConverged } = await active.optimizer.step();
        this.#stageIteration++;
        this.#iteration++;
        this.#evaluations += evaluations;
        this.#isStageConverged = isConverged || this.#hasStalled(loss.total);
        yield this.#progress(loss);
      }
      if (this.#stage === this.stages.length - 1) return;
      await this.#nextStage(active);
    }
  }

  /** The picture as it stands and as people see it, at the size of its stage. */
  async picture(): Promise<Planes> {
    const work = await this.work();
    return this.#seen ?? (await this.appearance.toSeen(work));
  }

  /** The picture as the optimiser has it, which people may see in other colours and through a mask. */
  async work(): Promise<Planes> {
    return this.#between ?? (await pictureOf(await this.#open()));
  }

  /** What the optimiser has at the beginning of a first stage of some size; `shown` is the content at that, if at hand. */
  async startAt(size: Size, shown?: Planes): Promise<Planes> {
    const content = shown ?? (await this.#pictures.content.decodeTo(size));
    const start = await startingPicture(this.#recipe, this.#pictures, size, content);
    return this.appearance.toWork(start);
  }

  /** Loss of what an optimiser has (resampled if need be) under the current stage's objective; costs one evaluation. */
  async lossOf(work: Planes): Promise<Loss<Terms>> {
    const active = await this.#open();
    const { space } = active.evaluator;
    const point = space.fromHost(resample(work, active.size, "cubic").data);
    const gradient = space.create();
    try {
      return await lossOf(active.evaluator, () => active.coefficients)(point, gradient);
    } finally {
      space.free(point);
      space.free(gradient);
    }
  }

  /** To be read before the next iteration. */
  async checkpoint(): Promise<Checkpoint> {
    const optimizer =
      this.#between === undefined ? (await this.#open()).optimizer.save() : { picture: this.#between.data };
    return { ...this.counts, optimizer };
  }

  get counts(): Counts {
    return {
      stage: this.#stage,
      stageIteration: this.#stageIteration,
      iteration: this.#iteration,
      evaluations: this.#evaluations,
      recent: [...this.#recent],
      isStageConverged: this.#isStageConverged,
    };
  }

  /** The recipe with every change so far. */
  get recipe(): Recipe {
    return this.#recipe;
  }

  /**
   * Changes controls from the next iteration on. Nothing is rebuilt; an optimiser keeps what helps of what it
   * learned of the old objective. Throws a UserError for an unknown control or a value out of range.
   */
  change(changes: ControlValues): void {
    const recipe = recipeAfter(this.#recipe, [{ iteration: this.#iteration, changes }]);
    this.#recipe = recipe;
    if (this.#active !== undefined) this.#applyRecipe(this.#active);
    if (Object.keys(changes).every((name) => name === "learningRate")) return;
    this.#active?.optimizer.objectiveChanged();
    this.#isChangedBeforeOpening = this.#active === undefined;
    // Losses under different objectives cannot be compared by the stopping rule, and what had converged may go on.
    this.#recent = [];
    this.#isStageConverged = false;
  }

  /** The optimiser forgets all it learned and begins anew at the picture as it stands; what had converged may go on. */
  async restart(): Promise<void> {
    this.#recent = [];
    this.#isStageConverged = false;
    if (this.#active === undefined) return;
    const active = this.#active;
    // As from a checkpoint's picture, which is what people saw. To begin twice from one is to begin once.
    this.#seen = await this.picture();
    const start = this.appearance.toWork(this.#seen);
    active.optimizer.dispose();
    active.optimizer = this.#createOptimizer(active.evaluator, start, () => active.coefficients);
  }

  async dispose(): Promise<void> {
    const active = this.#active;
    this.#active = undefined;
    active?.optimizer.dispose();
    await active?.evaluator.dispose();
  }

  async #nextStage(active: ActiveStage<V>): Promise<void> {
    const before = await pictureOf(active);
    this.#between = before;
    this.#seen = undefined;
    await this.dispose();
    this.#active = await this.#openStage(this.#stage + 1, before);
    this.#between = undefined;
    this.#stage++;
    this.#stageIteration = 0;
    this.#recent = [];
    this.#isStageConverged = false;
  }

  async #open(): Promise<ActiveStage<V>> {
    return (this.#active ??= await this.#openStage(this.#stage, undefined));
  }

  /** Builds a stage; it starts from `before` resampled, or from the recipe's start. */
  async #openStage(stage: number, before: Planes | undefined): Promise<ActiveStage<V>> {
    const { objective } = this.#recipe;
    const size = this.#sizeOf(stage);
    const longest = longestSide(size);
    const content = await this.#pictures.content.decodeTo(size);
    const styles = inTurn(this.#pictures.styles, (source) => source.decodeTo(styleSize(source, longest)));
    const descriptions = await describePictures(this.#engine, planOf(objective), content, styles);
    const resume = this.#resumeFrom;
    this.#resumeFrom = undefined;
    let start: Planes;
    if (resume !== undefined && "picture" in resume) {
      start = { ...size, data: resume.picture };
    } else if (resume !== undefined && "seen" in resume) {
      this.#seen = { ...size, data: resume.seen };
      start = this.appearance.toWork(this.#seen);
    } else if (before !== undefined) start = resample(before, size, "cubic");
    else start = await this.startAt(size, content);
    const evaluator = await this.#engine.prepare(planOf(objective), size);
    let optimizer: Optimizer<V, Terms> | undefined;
    try {
      const opened = {
        evaluator,
        size,
        descriptions,
        blended: undefined,
        coefficients: new Map<TermName, number>(),
      };
      optimizer = this.#createOptimizer(evaluator, start, () => opened.coefficients);
      if (resume !== undefined && "vectors" in resume) await optimizer.restore(resume);
      if (this.#isChangedBeforeOpening) optimizer.objectiveChanged();
      this.#isChangedBeforeOpening = false;
      const active: ActiveStage<V> = Object.assign(opened, { optimizer });
      this.#applyRecipe(active);
      return active;
    } catch (error) {
      optimizer?.dispose();
      await evaluator.dispose();
      throw error;
    }
  }

  /** Hands the recipe's present numbers to a stage at work. */
  #applyRecipe(active: ActiveStage<V>): void {
    const { objective, styles, optimizer } = this.#recipe;
    const shares = styles.map(({ weight }) => weight);
    const targets = targetsOf(active, shares);
    active.coefficients = coefficientsOf(objective, this.#recipe, targets, active.size);
    if (active.optimizer instanceof Adam && optimizer.kind === "adam") active.optimizer.options = optimizer;
  }

  #createOptimizer(
    evaluator: Evaluator<V>,
    start: Planes,
    coefficients: () => ReadonlyMap<TermName, number>,
  ): Optimizer<V, Terms> {
    const { space } = evaluator;
    const evaluate = lossOf(evaluator, coefficients);
    const asked = this.appearance.isGrey ? amongGreys(space, evaluate) : evaluate;
    return createOptimizer(this.#recipe, space, start, asked);
  }

  #sizeOf(stage: number): Size {
    return fit(this.#pictures.content, this.stages[stage]?.size ?? 0);
  }

  #hasStalled(total: number): boolean {
    const { stopBelow } = this.#recipe.schedule;
    this.#recent = [...this.#recent, total].slice(-STOP_WINDOW - 1);
    const [oldest] = this.#recent;
    if (stopBelow === null || oldest === undefined || this.#recent.length <= STOP_WINDOW) return false;
    return (oldest - total) / Math.abs(oldest) < stopBelow / 100;
  }

  #progress(loss: Loss<Terms>): Progress {
    return {
      stage: this.#stage,
      stages: this.stages,
      size: this.#sizeOf(this.#stage),
      stageIteration: this.#stageIteration,
      iteration: this.#iteration,
      evaluations: this.#evaluations,
      loss,
      isStageConverged: this.#isStageConverged,
    };
  }
}
