import type { BenchReport } from "../../../daemon/foreground/bench.ts";
import { ask } from "./ask.ts";
import { type Row, row } from "./report.ts";

const HOST_SHARE = 0.2;

/** Seconds of an evaluation, and the share of an iteration that is spent outside of it. */
export async function measureSpeed(device: string, home: string, size: number): Promise<Row> {
  return await row(`${device}, one evaluation at ${size}²`, `host share ${HOST_SHARE}`, async () => {
    const args = ["bench", "--size", String(size), "--device", device, "--weights", "untrained"];
    const report = await ask<BenchReport>(args, home);
    const { medianSeconds, hostOverhead, peakRssBytes } = report;
    const measured = `${medianSeconds.toPrecision(3)} s, host share ${hostOverhead.toFixed(3)}, process ${(peakRssBytes / 1e9).toFixed(2)} GB`;
    return { measured, isGood: hostOverhead <= HOST_SHARE };
  });
}
