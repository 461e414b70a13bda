import type { Job, JobPlan, JobProgress } from "./jobs.ts";

/** Work in units of one iteration over one million pixels: the cost of an iteration grows with the area. */
export function workOf({ width, height, stages }: JobPlan): number {
  return sum(stages.map((_, stage) => stageWork({ width, height, stages }, stage)));
}

function stageWork({ width, height, stages }: JobPlan, stage: number, iterations?: number): number {
  const { size, iterations: all } = stages[stage] ?? { size: 0, iterations: 0 };
  const scale = size / Math.max(width, height);
  return ((iterations ?? all) * width * height * scale ** 2) / 1e6;
}

/** The share of a job's work that is done, 0 to 1. */
export function fractionDone({ plan, progress, status }: Pick<Job, "plan" | "progress" | "status">): number {
  if (status.state === "done") return 1;
  return progress === null ? 0 : Math.min(1, workDone(plan, progress) / workOf(plan));
}

function workDone(plan: JobPlan, { stage, stageIteration }: JobProgress): number {
  return (
    sum(plan.stages.map((_, i) => (i < stage ? stageWork(plan, i) : 0))) +
    stageWork(plan, stage, stageIteration)
  );
}

/** Seconds per unit of work, from the newest jobs that have any progress; undefined where there is none. */
export function speedFrom(jobs: readonly Job[]): number | undefined {
  const measured = jobs
    .flatMap(({ plan, progress, status }) =>
      progress === null || progress.seconds === 0
        ? []
        : [
            {
              isRunning: status.state === "running",
              seconds: progress.seconds,
              work: workDone(plan, progress),
            },
          ],
    )
    .filter(({ work }) => work > 0);
  const relevant = measured.some(({ isRunning }) => isRunning)
    ? measured.filter(({ isRunning }) => isRunning)
    : measured.slice(-5);
  const work = sum(relevant.map((one) => one.work));
  return work === 0 ? undefined : sum(relevant.map(({ seconds }) => seconds)) / work;
}

/** Seconds of work that are left for a job: by its own speed where it has one, else by that of others. */
export function secondsLeft(job: Job, speedOfOthers: number | undefined): number | undefined {
  const fraction = fractionDone(job);
  if (job.progress !== null && job.progress.seconds > 0 && fraction > 0)
    return (job.progress.seconds / fraction) * (1 - fraction);
  return speedOfOthers === undefined ? undefined : speedOfOthers * workOf(job.plan);
}

/** Whether a job runs, or will without a further word. */
export function isUnderWay({ status }: Pick<Job, "status">): boolean {
  return status.state === "running" || (status.state === "queued" && !status.held);
}

/** Seconds until all that is under way is done, with as many jobs at once as run now. */
export function secondsLeftForAll(jobs: readonly Job[], speed: number | undefined): number | undefined {
  const open = jobs.filter(isUnderWay);
  const each = open.map((job) => secondsLeft(job, speed));
  const known = each.filter((one) => one !== undefined);
  if (open.length === 0 || known.length < open.length) return undefined;
  const atOnce = Math.max(1, open.filter(({ status }) => status.state === "running").length);
  return Math.max(sum(known) / atOnce, ...known);
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
