import { expect, test } from "vitest";
import type { Job } from "../../shared/jobs.ts";
import { atelier, json } from "../support/atelier.ts";
import { addParams, startDaemon } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome } from "../support/temporary.ts";

test("a branch has its job's label and priority, unless it is given others, and waits as a new job does", async () => {
  const home = newHome();
  const client = await (await startDaemon(home, ["--paused", "--weights", "untrained"])).connect();
  const recipe = smallRecipe(await smallPictures(home));
  const { id } = await client.request("add", addParams(recipe, { group: "day", priority: 2 }));
  const branch = async (...args: string[]) => await atelier(["branch", id, ...args, "--json"], home);
  const queued = { state: "queued", held: false };
  expect(json<Job>(await branch())).toMatchObject({ group: "day", priority: 2, after: [], status: queued });
  const words = `style=2 --group night --priority -1 --hold --after ${id.slice(0, 7)}`;
  expect(json<Job>(await branch(...words.split(" ")))).toMatchObject({
    branchedFrom: { job: id, iteration: 0 },
    group: "night",
    priority: -1,
    after: [id],
    status: { state: "queued", held: true },
  });
  expect(json<Job>(await branch("--group", "none")).group).toBe("");
  await client.request("cancel", { job: id });
  expect((await branch("--after", id)).stderr).toMatch(/is cancelled, so nothing can come after it/);
});
