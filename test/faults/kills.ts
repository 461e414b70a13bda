/**
 * `npm run faults:kills -- [--kills 200] [--jobs 6] [--seed 1]`: kills daemon and worker at random moments
 * and fails unless every job is done once, to the bits of an undisturbed run. Takes about six minutes.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { realRecipe } from "../support/recipes.ts";
import { killStorm } from "./kill-storm.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    jobs: { type: "string", default: "6" },
    iterations: { type: "string", default: "800" },
    seed: { type: "string", default: "1" },
    "checkpoint-seconds": { type: "string", default: "2" },
  },
});
const folder = mkdtempSync(join(tmpdir(), "atelier-kills-"));
const report = await killStorm({
  folder,
  recipeOf: realRecipe,
  options: [],
  kills: Number(values.kills),
  jobs: Number(values.jobs),
  iterations: Number(values.iterations),
  seed: Number(values.seed),
  checkpointSeconds: Number(values["checkpoint-seconds"]),
  onProgress: (text) => process.stderr.write(`${text}\n`),
});
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
const isGood =
  report.done === report.jobs &&
  report.repeatedJobs === 0 &&
  report.differentPictures === 0 &&
  report.mostRepeatedSeconds <= report.allowedSeconds;
process.exitCode = isGood ? 0 : 1;
