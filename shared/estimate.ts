import { isFinished, type Job, type JobPlan, type JobProgress } from "./jobs.ts";

type Plan = Pick<JobPlan, "width" | "height" | "stages">;

/** What an estimate needs to know of a job. */
export interface Underway {
  readonly plan: Plan;
  readonly status: Pick<Job["status"], "state">;
  readonly progress: Pick<JobProgress, "stage" | "stageIteration" | "seconds" | "pace"> | null;
}

/** Work in units of one iteration over one million pixels: the cost of an iteration grows with the area. */
export function workOf({ width, height, stages }: Plan): number {
  return sum(stages.map((_, stage) => stageWork({ width, height, stages }, stage)));
}

function stageWork({ width, height, stages }: Plan, stage: number, iterations?: number): number {
  const { size, iterations: all } = stages[stage] ?? { size: 0, iterations: 0 };
  const scale = size / Math.max(width, height);
  return ((iterations ?? all) * width * height * scale ** 2) / 1e6;
}

/** The share of a job's work that is done, 0 to 1. */
export function fractionDone({ plan, progress, status }: Underway): number {
  if (status.state === "done") return 1;
  return progress === null ? 0 : Math.min(1, workDone(plan, progress) / workOf(plan));
}

function workDone(
  plan: Plan,
  { stage, stageIteration }: Pick<JobProgress, "stage" | "stageIteration">,
): number {
  return (
    sum(plan.stages.map((_, i) => (i < stage ? stageWork(plan, i) : 0))) +
    stageWork(plan, stage, stageIteration)
  );
}

/** So many iterations are worth more than what others took; the first ones are what opened the job. */
const SETTLED_ITERATIONS = 5;

/** Seconds per unit of work of a job: by its pace, or on the whole where it has settled. */
function ownSpeed({ plan, progress }: Underway): number | undefined {
  if (progress === null) return undefined;
  if (progress.pace !== undefined) return progress.pace / stageWork(plan, progress.stage, 1);
  const done = workDone(plan, progress);
  const isSettled = progress.stage > 0 || progress.stageIteration >= SETTLED_ITERATIONS;
  return isSettled && progress.seconds > 0 && done > 0 ? progress.seconds / done : undefined;
}

/** Seconds per unit of work, of what runs or else of the newest jobs (which come last); undefined where none has settled. */
export function speedFrom(jobs: readonly Job[]): number | undefined {
  const settled = jobs.flatMap((job) => {
    const speed = ownSpeed(job);
    return speed === undefined ? [] : [{ isRunning: job.status.state === "running", speed }];
  });
  const running = settled.filter(({ isRunning }) => isRunning);
  const speeds = (running.length > 0 ? running : settled.slice(-5)).map(({ speed }) => speed);
  return speeds.toSorted((a, b) => a - b)[Math.floor(speeds.length / 2)];
}

/** Seconds of work that are left for a job: by its own speed where it has settled, else by that of others. */
export function secondsLeft(job: Underway, speedOfOthers: number | undefined): number | undefined {
  const speed = ownSpeed(job) ?? speedOfOthers;
  return speed === undefined ? undefined : speed * workOf(job.plan) * (1 - fractionDone(job));
}

/** Whether a job runs, or will without a further word. */
export function isUnderWay({ status }: Pick<Job, "status">): boolean {
  return status.state === "running" || (status.state === "queued" && !status.held);
}

/**
 * Seconds until each job that is under way is done, by id: `jobs` in the queue's order, as many at once as run now.
 * Without those whose time, or that of one before them, nobody knows.
 */
export function secondsUntilDone(jobs: readonly Job[], speed: number | undefined): Map<string, number> {
  const until = new Map<string, number>();
  const isRunning = ({ status }: Job) => status.state === "running";
  const open = jobs.filter(isUnderWay).toSorted((a, b) => Number(isRunning(b)) - Number(isRunning(a)));
  const followers = Map.groupBy(
    open.flatMap((job, place) => job.after.map((before) => ({ before, job, place }))),
    ({ before }) => before,
  );
  const unfinished = new Set(jobs.filter((job) => !isFinished(job)).map(({ id }) => id));
  // What must be done first and is not under way itself, such as a held job, ends nobody knows when.
  const isReady = ({ after }: Job) => after.every((id) => !unfinished.has(id) || until.has(id));
  /** By its place in `open`, whether a job is the next as soon as those ahead of it are through. */
  const ready = open.map(isReady);
  const freeIn: number[] = [];
  for (let place = ready.indexOf(true); place >= 0; place = ready.indexOf(true)) {
    ready[place] = false;
    const job = open[place] as Job;
    const left = secondsLeft(job, speed);
    if (left === undefined) return until;
    const soonest = isRunning(job) ? -1 : freeIn.indexOf(Math.min(...freeIn));
    const [isFree = 0] = soonest < 0 ? [] : freeIn.splice(soonest, 1);
    const done = Math.max(isFree, ...job.after.map((id) => until.get(id) ?? 0)) + left;
    freeIn.push(done);
    until.set(job.id, done);
    for (const next of followers.get(job.id) ?? []) ready[next.place] = isReady(next.job);
  }
  return until;
}

/** Seconds until all that is under way is done, where that is known of each. */
export function secondsLeftForAll(
  jobs: readonly Job[],
  until: ReadonlyMap<string, number>,
): number | undefined {
  const isKnown = until.size > 0 && until.size === jobs.filter(isUnderWay).length;
  return isKnown ? Math.max(...until.values()) : undefined;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
