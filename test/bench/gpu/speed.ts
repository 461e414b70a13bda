import type { BenchReport } from "../../../daemon/foreground/bench.ts";
import { type DeviceId, nameOfDevice } from "../../../shared/devices.ts";
import { ask } from "./ask.ts";
import { mostOnCard } from "./card-memory.ts";
import { type Row, row, seconds, verdictOf } from "./report.ts";

const HOST_SHARE = 0.2;
const MEMORY_ERROR = 0.15;
/** Until all of L-BFGS's pairs are in use. */
const ITERATIONS_FOR_MEMORY = 12;

export interface Speed {
  /** Its name. */
  readonly device: string;
  readonly size: number;
  /** Of an iteration, for each evaluation in it. */
  readonly secondsPerEvaluation: number;
}

/** Seconds of an evaluation and an iteration, the host's share of it, and memory against the estimate. */
export async function measureSpeed(
  device: DeviceId,
  home: string,
  { size, iterations, isReal }: { size: number; iterations: number; isReal: boolean },
): Promise<{ rows: Row[]; speed: Speed | undefined }> {
  const name = nameOfDevice(device);
  const bench = async (count: number) => {
    const args = ["bench", "--size", size, "--iterations", count, "--device", name];
    return await ask<BenchReport>([...args.map(String), "--weights", "untrained"], home);
  };
  let report: BenchReport | undefined;
  const time = await row(`${name}, iteration at ${size}²`, `host ≤ ${100 * HOST_SHARE} %`, async () => {
    report = await bench(iterations);
    const { medianSeconds, hostOverhead, secondsPerIteration, fractionOfPeak } = report;
    return {
      measured: `evaluation ${seconds(medianSeconds)}, iteration ${seconds(secondsPerIteration)}, host ${percent(hostOverhead)}, ${percent(fractionOfPeak)} of a matrix product's speed`,
      // A few iterations on a processor say nothing of a card.
      verdict: isReal ? verdictOf(hostOverhead <= HOST_SHARE) : "only measured",
      figures: { medianSeconds, secondsPerIteration, hostOverhead, fractionOfPeak },
    };
  });
  const memory = await row(`${name}, memory at ${size}²`, `estimate ± ${100 * MEMORY_ERROR} %`, async () => {
    if (report === undefined) throw new Error("there was no run to look at");
    // Another run, since a driver that is asked for its memory holds up who computes.
    const card = await mostOnCard(device, async () => await bench(ITERATIONS_FOR_MEMORY));
    const used = card ?? report.peakRssBytes;
    const error = report.estimatedBytes / used - 1;
    return {
      measured: `${gigabytes(used)} GB ${card === null ? "of the process" : "of the card"}, estimated ${gigabytes(report.estimatedBytes)} GB`,
      verdict: isReal ? verdictOf(Math.abs(error) <= MEMORY_ERROR) : "only measured",
      figures: { usedBytes: used, estimatedBytes: report.estimatedBytes },
    };
  });
  const speed = report && {
    device: name,
    size,
    secondsPerEvaluation: report.secondsPerEvaluation,
  };
  return { rows: [time, memory], speed };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(2);
}
