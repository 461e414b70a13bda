/** Value and slope of a function along a line. */
export interface LinePoint {
  readonly step: number;
  readonly value: number;
  readonly slope: number;
}

export interface LineSearchOptions {
  readonly firstStep: number;
  /** Sufficient decrease: value ≤ start + c1·step·slope. */
  readonly c1: number;
  /** Curvature: |slope| ≤ c2·|start's slope|. */
  readonly c2: number;
  readonly maxEvaluations: number;
  /** Relative noise of the values; differences below it decide nothing. */
  readonly noise: number;
}

export interface LineSearchResult {
  /** The accepted point, or the lowest that was seen; undefined when none was lower than the start. */
  readonly best: LinePoint | undefined;
  /** Whether the point evaluated last is `best`. */
  readonly isBestLast: boolean;
  readonly evaluations: number;
}

/** How many times a trial's stride the one after it may add while no interval brackets a minimiser. */
const EXTRAPOLATE = { least: 1.1, most: 4 };
/** A bracket that did not shrink to this share in two trials is halved. */
const SHRINK = 0.66;

/** The best point so far and the other end of the interval that holds a minimiser. */
interface Interval {
  readonly best: LinePoint;
  readonly other: LinePoint;
  readonly isBracketed: boolean;
}

/**
 * A step that satisfies the strong Wolfe conditions, by safeguarded cubic and quadratic interpolation
 * in a shrinking interval: J. Moré, D. Thuente, "Line search algorithms with guaranteed sufficient
 * decrease", ACM TOMS 20 (1994). A value that is not finite counts as far too high.
 */
export async function searchLine(
  start: LinePoint,
  at: (step: number) => Promise<LinePoint>,
  { firstStep, c1, c2, maxEvaluations, noise }: LineSearchOptions,
): Promise<LineSearchResult> {
  const required = c1 * start.slope;
  const tolerance = noise * Math.abs(start.value);
  let interval: Interval = { best: start, other: start, isBracketed: false };
  let reach: readonly [least: number, most: number] = [0, firstStep * (1 + EXTRAPOLATE.most)];
  let step = firstStep;
  let isFirstStage = true;
  let widths: readonly [last: number, before: number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let lowest: LinePoint | undefined;
  /** A step was so far that nothing finite was found there. */
  let hasCliff = false;

  for (let evaluations = 1; ; evaluations++) {
    const trial = await at(step);
    const isFinite = Number.isFinite(trial.value) && Number.isFinite(trial.slope);
    if (isFinite && trial.value < (lowest ?? start).value) lowest = trial;
    const limit = start.value + step * required;
    // Before a cliff the slope may never level out: there a decrease is enough.
    const isLevel = Math.abs(trial.slope) <= -c2 * start.slope || (isFinite && hasCliff);
    const isGoodEnough = trial.value <= limit + tolerance && isLevel;
    const result = {
      best: isGoodEnough ? trial : lowest,
      isBestLast: isGoodEnough || lowest === trial,
      evaluations,
    };
    if (isGoodEnough || evaluations === maxEvaluations) return result;
    if (!isFinite) {
      hasCliff = true;
      step = interval.best.step + (step - interval.best.step) / 10;
      continue;
    }

    // Until a trial has both enough decrease and a rising slope, a too high trial is judged by the
    // function minus its required decrease (the paper's ψ), which shares the minimisers of interest.
    if (isFirstStage && trial.value <= limit && trial.slope >= 0) isFirstStage = false;
    const useAuxiliary = isFirstStage && trial.value <= interval.best.value && trial.value > limit;
    ({ interval, step } = narrow(interval, trial, useAuxiliary ? required : 0, reach));

    const { best, other, isBracketed } = interval;
    if (isBracketed) {
      const width = Math.abs(other.step - best.step);
      if (width >= SHRINK * widths[1]) step = best.step + 0.5 * (other.step - best.step);
      widths = [width, widths[0]];
      reach = [Math.min(best.step, other.step), Math.max(best.step, other.step)];
      if (step <= reach[0] || step >= reach[1] || width <= Number.EPSILON * reach[1]) return result;
    } else {
      const stride = step - best.step;
      reach = [step + EXTRAPOLATE.least * stride, step + EXTRAPOLATE.most * stride];
    }
  }
}

/** The paper's section 4: takes a trial into the interval and proposes the next. `tilt` is subtracted from every slope. */
function narrow(
  { best, other, isBracketed }: Interval,
  trial: LinePoint,
  tilt: number,
  [least, most]: readonly [number, number],
): { interval: Interval; step: number } {
  const [b, o, t] = [best, other, trial].map((point) => ({
    step: point.step,
    value: point.value - tilt * point.step,
    slope: point.slope - tilt,
  })) as [LinePoint, LinePoint, LinePoint];
  const gap = b.step - t.step;
  const hasTurned = t.slope * b.slope < 0;
  const secant = t.step + (t.slope / (t.slope - b.slope)) * gap;

  // Case 1: too high, so a minimiser lies between.
  if (t.value > b.value) {
    const cubic = cubicMinimum(b, t);
    const quadratic = b.step - (b.slope / ((b.value - t.value) / -gap + b.slope) / 2) * gap;
    const step = Math.abs(cubic - b.step) < Math.abs(quadratic - b.step) ? cubic : (cubic + quadratic) / 2;
    return { interval: { best, other: trial, isBracketed: true }, step };
  }
  // Case 2: lower and the slope has turned, so a minimiser lies between as well.
  if (hasTurned) {
    const cubic = cubicMinimum(b, t);
    const step = Math.abs(cubic - t.step) > Math.abs(secant - t.step) ? cubic : secant;
    return { interval: { best: trial, other: best, isBracketed: true }, step };
  }
  const interval = { best: trial, other, isBracketed };
  const isForward = t.step > b.step;
  // Case 3: lower and flatter; the cubic may have no minimum beyond.
  if (Math.abs(t.slope) < Math.abs(b.slope)) {
    const found = cubicMinimum(b, t);
    const isBeyond = isForward ? found > t.step : found < t.step;
    const cubic = isBeyond ? found : isForward ? most : least;
    const isCubicNearer = Math.abs(cubic - t.step) < Math.abs(secant - t.step);
    if (!isBracketed)
      return { interval, step: Math.min(Math.max(isCubicNearer ? secant : cubic, least), most) };
    const bound = t.step + SHRINK * (o.step - t.step);
    const step = isCubicNearer ? cubic : secant;
    return { interval, step: isForward ? Math.min(bound, step) : Math.max(bound, step) };
  }
  // Case 4: lower and not flatter.
  if (isBracketed) return { interval, step: cubicMinimum(o, t) };
  return { interval, step: isForward ? most : least };
}

/** Minimiser of the cubic through two points with their slopes; NaN where it has none. */
function cubicMinimum(a: LinePoint, b: LinePoint): number {
  const theta = (3 * (a.value - b.value)) / (b.step - a.step) + a.slope + b.slope;
  const scale = Math.max(Math.abs(theta), Math.abs(a.slope), Math.abs(b.slope));
  const root = scale * Math.sqrt(Math.max(0, (theta / scale) ** 2 - (a.slope / scale) * (b.slope / scale)));
  const gamma = b.step < a.step ? -root : root;
  return a.step + ((gamma - a.slope + theta) / (gamma - a.slope + gamma + b.slope)) * (b.step - a.step);
}
