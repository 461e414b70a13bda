import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { atelier } from "../support/atelier.ts";
import { addParams, startDaemon, untilJob } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome } from "../support/temporary.ts";
import { writeWeights } from "../support/weights.ts";

test("weights that are imported while the daemon is up are those of its next job", async () => {
  const home = newHome();
  const pictures = await smallPictures(home);
  const daemon = await startDaemon(home, ["--device", "cpu"]);
  const client = await daemon.connect();
  const make = async () => {
    const recipe = smallRecipe(pictures, { size: 32, iterations: 2 });
    const { id } = await client.request("add", addParams(recipe));
    const { status } = await untilJob(client, id);
    const [worker] = (await client.request("status", {})).workers;
    return { state: status.state, worker };
  };
  const before = await make();
  expect(before).toMatchObject({ state: "done", worker: { weights: expect.stringMatching(/^untrained/) } });
  const file = join(home, "mine.safetensors");
  writeWeights(file, 9);
  expect((await atelier(["weights", "import", file], home)).code).toBe(0);
  const after = await make();
  expect(after).toMatchObject({
    state: "done",
    worker: {
      pid: before.worker?.pid,
      restarts: 0,
      weights: expect.stringContaining("data/weights/mine.safetensors"),
    },
  });

  // One that cannot be read sets the device aside, as at its start, and the job waits.
  writeFileSync(join(home, "data/weights/newer.safetensors"), "nonsense");
  const recipe = smallRecipe(pictures, { size: 32, iterations: 2 });
  const { id } = await client.request("add", addParams(recipe));
  await expect
    .poll(async () => (await client.request("status", {})).workers[0], { timeout: 20_000 })
    .toMatchObject({ state: "aside", detail: expect.stringContaining("newer.safetensors") });
  expect((await client.request("show", { job: id })).job.status.state).toBe("queued");
});
