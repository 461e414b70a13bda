import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Job } from "../../shared/jobs.ts";
import { atelier, json } from "../support/atelier.ts";
import { addParams, startDaemon, untilJob } from "../support/daemon.ts";
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
  expect(await branch("--after", id, "content=3")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      `put content=3 before it, as in: atelier branch ${id} content=3 --after JOB`,
    ),
  });
  expect((await branch("--after", id)).stderr).toMatch(/is cancelled, so nothing can come after it/);
});

test("a folder is a place for the picture of a branch, an edited job and an export, as for a new job", async () => {
  const home = newHome();
  const daemon = await startDaemon(home);
  const client = await daemon.connect();
  const recipe = smallRecipe(await smallPictures(home), { size: 32, iterations: 1 });
  const { id } = await client.request("add", addParams(recipe));
  await untilJob(client, id);
  await client.request("pause", { job: null });
  const folder = join(home, "results");
  mkdirSync(folder);
  const branch = async (out: string) =>
    json<Job>(await atelier(["branch", `${id}@0`, "--out", out, "--json"], home));
  const first = await branch(folder);
  expect(first.out).toBe(join(folder, "photo-painting.png"));
  expect((await branch("results")).out).toBe(join(folder, "photo-painting-2.png"));
  const edit = async (...args: string[]) => json<Job>(await atelier(["edit", ...args, "--json"], home)).out;
  const other = await client.request("add", addParams(recipe));
  expect(await edit(other.id, "--out", folder)).toBe(join(folder, "photo-painting-3.png"));
  // Its own place is not taken.
  expect(await edit(other.id, "--out", folder)).toBe(join(folder, "photo-painting-3.png"));
  expect(await edit(other.id, "--out", "new/")).toBe(join(home, "new/photo-painting.png"));
  for (const [out, names] of [
    ["exported/", [`${id}.json`, `${id}.png`]],
    ["exported", [`${id}.json`, `${id}.png`]],
    ["exported/UPPER.PNG", ["UPPER.PNG", "UPPER.json", `${id}.json`, `${id}.png`]],
  ] as const) {
    expect(await atelier(["export", id, "--out", out], home)).toMatchObject({ code: 0 });
    expect(readdirSync(join(home, "exported")).toSorted()).toEqual([...names].toSorted());
  }
});
