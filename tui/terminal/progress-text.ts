import { fractionDone, secondsLeft, type Underway } from "../../shared/estimate.ts";
import type { JobProgress } from "../../shared/jobs.ts";
import { formatDuration, formatNumber } from "./print.ts";
import type { ProgressLine } from "./progress.ts";

/** How far a job is, in a line. */
export function progressLine(
  job: Pick<Underway, "plan" | "status">,
  progress: Omit<JobProgress, "terms" | "iteration" | "evaluations">,
): ProgressLine {
  const { stage, stageIteration, width, height, loss, pace } = progress;
  const left = secondsLeft({ ...job, progress }, undefined);
  return {
    fraction: fractionDone({ ...job, progress }),
    label: `${width}×${height} ${stageIteration}/${job.plan.stages[stage]?.iterations}`,
    details: [
      `loss ${formatNumber(loss)}`,
      `ETA ${left === undefined ? "?" : formatDuration(left)}`,
      ...(pace === undefined ? [] : [formatPace(pace)]),
    ],
  };
}

/** Seconds per iteration, in whichever way the number is above one. */
export function formatPace(seconds: number): string {
  const short = (value: number) => formatNumber(Number(value.toPrecision(3)));
  return seconds > 1 ? `${short(seconds)} s/it` : `${short(1 / seconds)} it/s`;
}
