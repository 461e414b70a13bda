import type { DeviceWish } from "../../shared/devices.ts";
import { findPreset } from "../../shared/presets.ts";
import { recipeSchema } from "../../shared/recipe.ts";
import type { WeightsIdentity } from "../../shared/weights-identity.ts";
import { chooseDevice } from "../devices/choose.ts";
import { roomOn } from "../devices/room.ts";
import { MATRIX_SPEED, openEngine } from "../engine/choice.ts";
import type { Engine } from "../engine/engine.ts";
import { evaluationGflop } from "../engine/flops.ts";
import type { Planes } from "../image/planes.ts";
import type { PictureSource } from "../image/source.ts";
import { openNetwork } from "../network/weight-store.ts";
import { normals } from "../random.ts";
import { planOf } from "../style/loss.ts";
import { checkMemory, estimateRunBytes } from "../style/memory.ts";
import { Transfer } from "../style/transfer.ts";

export interface BenchReport {
  readonly engine: string;
  readonly device: string;
  readonly weights: WeightsIdentity;
  /** Side of the square picture in pixels. */
  readonly size: number;
  /** Of one evaluation: loss and gradient. */
  readonly medianSeconds: number;
  readonly minSeconds: number;
  /** Floating-point operations of one evaluation's convolutions and matrix products, in 10⁹. */
  readonly gflop: number;
  readonly gflops: number;
  /** Of a large matrix product in the same library, measured in this run. */
  readonly peakGflops: number;
  readonly fractionOfPeak: number;
  /**
   * Of L-BFGS iterations, by their medians: the share beside the evaluations, on a device beside what these take by
   * themselves. Of those with all pairs in use, as far as there are some.
   */
  readonly hostOverhead: number;
  readonly secondsPerIteration: number;
  /** An iteration's, for each evaluation in it. */
  readonly secondsPerEvaluation: number;
  readonly peakRssBytes: number;
  /** What the engine said beforehand that it would take: of the process's memory on a CPU, else of the device's. */
  readonly estimatedBytes: number;
}

/** Evaluations are timed by themselves so often and so long at most. */
const MOST_TIMED = 20;
const MOST_SECONDS = 5;
/** So many of the last iterations are counted at least. */
const COUNTED = 4;

/** Of the noise that stands for pictures; of another one for the style, since pictures are as different. */
const DEVIATION = { content: 40, style: 10 };

/** Times a real run of the gatys objective on a square picture of noise. */
export async function bench(
  size: number,
  wish: DeviceWish,
  weights: string | undefined,
  iterations: number,
  onIteration: (done: number, of: number) => void,
): Promise<BenchReport> {
  const network = await openNetwork(weights, 0);
  const { device } = await chooseDevice(wish);
  const engine = await openEngine(device, network);
  const { method } = findPreset("gatys");
  const recipe = recipeSchema.parse({
    ...method,
    version: 1,
    preset: "gatys",
    content: { file: "noise" },
    styles: [{ file: "noise", weight: 1 }],
    crop: null,
    seed: 0,
    schedule: { size, stages: "single", iterations, stopBelow: null },
  });
  const square = { height: size, width: size };
  const work = { ...square, styles: [square] };
  const room = await roomOn(device);
  checkMemory(engine, recipe, work, room);
  const peakBefore = await MATRIX_SPEED[device.engine](device);
  const pictures = {
    content: noiseSource(size, 1, DEVIATION.content),
    styles: [noiseSource(size, 2, DEVIATION.style)],
    init: undefined,
  };
  const evaluations = new Evaluations();
  const transfer = new Transfer(evaluations.watch(engine), recipe, pictures);
  const spans: { seconds: number; evaluations: number[] }[] = [];
  let began = performance.now();
  for await (const { iteration } of transfer.run()) {
    spans.push({ seconds: secondsSince(began), evaluations: evaluations.take() });
    onIteration(iteration, iterations);
    began = performance.now();
  }
  const alone = await evaluations.timeAlone();
  await transfer.dispose();
  const peakRssBytes = process.resourceUsage().maxRSS * 1024;
  const peakGflops = Math.max(peakBefore, await MATRIX_SPEED[device.engine](device));
  const pairs = recipe.optimizer.kind === "lbfgs" ? recipe.optimizer.pairs : 0;
  const full = spans.slice(Math.min(pairs, Math.max(0, spans.length - COUNTED)));
  const times = alone ?? spans.flatMap((span) => span.evaluations);
  const medianSeconds = median(times);
  /** What an iteration takes beside its evaluations, as a share of it. */
  const shareBeside = ({ seconds, evaluations: own }: (typeof spans)[number]) => {
    const evaluating = alone === undefined ? own.reduce((a, b) => a + b, 0) : own.length * medianSeconds;
    return Math.max(0, 1 - evaluating / seconds);
  };
  const gflop = evaluationGflop(planOf(recipe.objective), square);
  return {
    engine: engine.id,
    device: engine.device,
    weights: network.weights,
    size,
    medianSeconds,
    minSeconds: Math.min(...times),
    gflop,
    gflops: gflop / medianSeconds,
    peakGflops,
    fractionOfPeak: gflop / medianSeconds / peakGflops,
    hostOverhead: median(full.map(shareBeside)),
    secondsPerIteration: median(full.map(({ seconds }) => seconds)),
    secondsPerEvaluation: median(full.map(({ seconds, evaluations: own }) => seconds / own.length)),
    peakRssBytes,
    estimatedBytes: estimateRunBytes(engine, recipe, work),
  };
}

/**
 * Times of the evaluations of a run. Where a device does other things before an evaluation's answer comes, they are timed
 * by themselves after it.
 */
class Evaluations {
  #seconds: number[] = [];
  #alone: (() => Promise<unknown>) | undefined;

  watch<V>(engine: Engine<V>): Engine<V> {
    return {
      ...engine,
      prepare: async (plan, size) => {
        const evaluator = await engine.prepare(plan, size);
        const { space } = evaluator;
        return {
          space,
          setTargets: (targets) => evaluator.setTargets(targets),
          dispose: async () => await evaluator.dispose(),
          evaluate: async (...input) => {
            if (space.isOrdered) this.#alone = async () => await evaluator.evaluate(...input);
            const began = performance.now();
            const sums = await evaluator.evaluate(...input);
            this.#seconds.push(secondsSince(began));
            return sums;
          },
        };
      },
    };
  }

  /** Seconds of each since the last time. */
  take(): number[] {
    const taken = this.#seconds;
    this.#seconds = [];
    return taken;
  }

  /** Seconds of the last one, again and again; undefined where those of the run are as good. */
  async timeAlone(): Promise<number[] | undefined> {
    if (this.#alone === undefined) return undefined;
    const times: number[] = [];
    const end = performance.now() + 1000 * MOST_SECONDS;
    do {
      const began = performance.now();
      await this.#alone();
      times.push(secondsSince(began));
    } while (times.length < MOST_TIMED && performance.now() < end);
    return times;
  }
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}

function noiseSource(size: number, seed: number, deviation: number): PictureSource {
  const whole = { height: size, width: size };
  const decodeTo = async (): Promise<Planes> => ({
    ...whole,
    data: normals(seed, 0, 3 * size * size, deviation).map((value) => value + 128),
  });
  return { file: "noise", sha256: "", ...whole, whole, decodeTo, decode: decodeTo };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2;
}
