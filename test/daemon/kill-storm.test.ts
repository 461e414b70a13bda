import { expect, test } from "vitest";
import { killStorm } from "../faults/kill-storm.ts";
import { ONE_THREAD } from "../support/daemon.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome } from "../support/temporary.ts";

test("kills of daemon and worker at random moments cost little work and change no bit", async () => {
  const report = await killStorm({
    folder: newHome(),
    recipeOf: smallRecipe,
    options: ONE_THREAD,
    kills: 8,
    jobs: 3,
    iterations: 200,
    seed: 3,
    checkpointSeconds: 0.2,
  });
  expect(report).toMatchObject({ done: 3, repeatedJobs: 0, differentPictures: 0 });
  expect(report.daemonKills).toBeGreaterThan(0);
  expect(report.workerKills).toBeGreaterThan(0);
}, 400_000);
