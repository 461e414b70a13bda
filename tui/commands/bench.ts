import { type Command, Option } from "commander";
import { describeWeights } from "../../shared/weights-identity.ts";
import { wholeNumber } from "../recipe/parsers.ts";
import { formatBytes, formatNumber, print, printJson, say } from "../terminal/print.ts";
import { createProgress } from "../terminal/progress.ts";
import {
  type DeviceArguments,
  deviceOption,
  engineOption,
  jsonOption,
  weightsOption,
  wishOf,
} from "./options.ts";

export function addBenchCommand(program: Command): void {
  program
    .command("bench")
    .summary("how fast this machine is, and how near its limit")
    .description("Times a real run on a square picture beside a matrix product on the same cores.")
    .addOption(
      new Option("--size <pixels>", "side of the picture")
        .argParser(wholeNumber({ min: 16, max: 4096 }))
        .default(512),
    )
    .addOption(
      new Option("--iterations <count>", "how many; fewer than a dozen leave L-BFGS without all its pairs")
        .argParser(wholeNumber({ min: 1, max: 1000 }))
        .default(14),
    )
    .addOption(weightsOption())
    .addOption(engineOption())
    .addOption(deviceOption())
    .addOption(jsonOption())
    .action(
      async ({
        size,
        iterations,
        weights,
        json,
        ...where
      }: {
        size: number;
        iterations: number;
        weights?: string;
        json?: boolean;
      } & DeviceArguments) => {
        const { bench } = await import("../../daemon/foreground.ts");
        const progress = createProgress();
        const report = await bench(size, wishOf(where), weights, iterations, (done, of) =>
          progress.update({ fraction: done / of, label: `iteration ${done} of ${of}`, details: [] }),
        );
        progress.done();
        if (json) return printJson(report);
        say(`${report.engine} on ${report.device}, ${describeWeights(report.weights)}`);
        const rows = [
          [
            "evaluation",
            `${formatNumber(report.medianSeconds)} s median, ${formatNumber(report.minSeconds)} s best (${size}×${size})`,
          ],
          [
            "speed",
            `${formatNumber(report.gflops)} of ${formatNumber(report.peakGflops)} GFLOP/s: ${percent(report.fractionOfPeak)} of a matrix product's`,
          ],
          ["around it", `${percent(report.hostOverhead)} of an iteration`],
          ["peak memory", formatBytes(report.peakRssBytes)],
        ];
        for (const [name, value] of rows) print(`${name?.padEnd(12)} ${value}`);
      },
    );
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
