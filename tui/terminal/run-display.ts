import type { RunOptions, RunReport, RunStart } from "../../daemon/foreground.ts";
import { describeWeights } from "../../shared/weights-identity.ts";
import { interruptible } from "./interruptible.ts";
import { count, formatBytes, formatDuration, formatNumber, paint, printNote, say } from "./print.ts";
import { createProgress } from "./progress.ts";
import { progressLine } from "./progress-text.ts";

/** Runs in the foreground and shows how it goes; Ctrl+C once ends it with the picture so far, twice at once. */
export async function showRun(
  options: Pick<RunOptions, "recipe" | "out" | "device"> & Partial<RunOptions>,
): Promise<RunReport> {
  const { run } = await import("../../daemon/foreground.ts");
  const progress = createProgress();
  let began: RunStart | undefined;
  try {
    const given: Omit<RunOptions, "signal"> = {
      ...options,
      onNote: printNote,
      onStart: (start) => {
        began = start;
        say(describeStart(start));
      },
      onProgress: ({ stage, size, stageIteration, loss, seconds, pace }) => {
        if (began === undefined) return;
        const at = {
          stage,
          stageIteration,
          ...size,
          loss: loss.total,
          seconds,
          ...(pace !== undefined && { pace }),
        };
        progress.update(progressLine({ plan: began, status: { state: "running" } }, at));
      },
    };
    const report = await interruptible(
      async (signal) => await run({ ...given, signal }),
      () =>
        say(
          `\n${paint("yellow", "stopping")} after this iteration, with the picture so far; Ctrl+C again: at once`,
        ),
    );
    progress.done();
    say(describeEnd(report));
    return report;
  } catch (error) {
    if (began !== undefined) progress.done();
    throw error;
  }
}

function describeStart({ engine, device, why, weights, width, height, stages }: RunStart): string {
  const sizes = stages.map(({ size, iterations }) => `${size}px×${iterations}`).join(" → ");
  return [
    `${paint("bold", `${width}×${height}`)}  ${sizes}`,
    describeMachine({ engine, device: `${device} ${paint("dim", `(${why})`)}`, weights }),
  ].join("\n");
}

/** What computed, and with which filters. */
export function describeMachine({
  engine,
  device,
  weights,
}: Pick<RunReport, "engine" | "device" | "weights">): string {
  const name = describeWeights(weights);
  return [
    `${paint("dim", "engine ")} ${engine} on ${device}`,
    `${paint("dim", "weights")} ${weights.kind === "untrained" ? paint("yellow", name) : name}`,
  ].join("\n");
}

function describeEnd(report: RunReport): string {
  const percent = 100 * (1 - report.lastLoss / report.firstLoss);
  const change =
    report.firstLoss === 0 ? "" : ` (${Math.abs(percent).toFixed(1)} % ${percent < 0 ? "higher" : "lower"})`;
  return [
    `${paint("green", report.interrupted ? "stopped" : "done")}  ${count(report.iterations, "iteration")}, ${count(report.evaluations, "evaluation")} in ${formatDuration(report.seconds)}, peak memory ${formatBytes(report.peakRssBytes)}`,
    `loss  ${formatNumber(report.firstLoss)} → ${formatNumber(report.lastLoss)}${change}`,
    `wrote ${paint("bold", report.out)}`,
  ].join("\n");
}
