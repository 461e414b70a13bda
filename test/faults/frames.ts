/**
 * `npm run faults:frames -- [--frames 100000] [--seed 1]`: sends malformed frames to a daemon and fails
 * unless it lives, answers or closes upon every one of them, and gives the memory back. Takes about two minutes.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { frameStorm } from "./frame-storm.ts";

/** What the daemon may keep of it all. */
const MAX_GROWTH_MEGABYTES = 50;
const MAX_SECONDS = 400;
const SETTLE_SECONDS = 180;

const { values } = parseArgs({
  options: {
    frames: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "atelier-frames-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
setTimeout(() => {
  process.stderr.write(`not done after ${MAX_SECONDS} s\n`);
  process.exit(1);
}, 1000 * MAX_SECONDS).unref();
const report = await frameStorm({
  folder,
  frames: Number(values.frames),
  seed: Number(values.seed),
  settleSeconds: SETTLE_SECONDS,
  allowedMegabytes: MAX_GROWTH_MEGABYTES,
  onProgress: (text) => process.stderr.write(`${text}\n`),
});
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
const isGood =
  report.isAlive &&
  report.workerRestarts === 0 &&
  report.ignored.length === 0 &&
  report.internal.length === 0 &&
  report.clientsLeft === 0 &&
  report.rssMegabytes.after - report.rssMegabytes.before <= MAX_GROWTH_MEGABYTES;
process.exitCode = isGood ? 0 : 1;
