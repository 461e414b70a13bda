import { beforeAll, expect, test } from "vitest";
import type { Job } from "../../shared/jobs.ts";
import { atelier, json } from "../support/atelier.ts";
import { addParams, type DaemonProcess, startDaemon } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

/** A daemon whose queue is paused, with a job of each of these groups. */
async function withJobsOf(...groups: string[]): Promise<{ daemon: DaemonProcess; ids: string[] }> {
  const daemon = await startDaemon(newHome(), ["--paused", "--weights", "untrained"]);
  const client = await daemon.connect();
  const ids: string[] = [];
  for (const group of groups)
    ids.push((await client.request("add", addParams(smallRecipe(pictures), { group }))).id);
  return { daemon, ids };
}

test("jobs are named in one way: of two, one would be passed over", async () => {
  const { daemon, ids } = await withJobsOf("g", "h");
  const [first = "", second = ""] = ids;
  for (const args of [
    ["cancel", second, "--group", "g"],
    ["pause", first, "--queue"],
    ["pause", "--group", "g", "--queue"],
    ["remove", first, "--all"],
    ["retry", "--group", "g", "--all"],
  ])
    expect(await atelier(args, daemon.home), args.join(" ")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/which jobs\? name their ids, or --group NAME.* only one of these/),
    });
  const jobs = json<Job[]>(await atelier(["list", "--json"], daemon.home));
  expect(jobs.map(({ status }) => status)).toEqual([0, 1].map(() => ({ state: "queued", held: false })));
});

test("a group without jobs is mistyped; one of which none is left to do that to is done", async () => {
  const { daemon } = await withJobsOf("night");
  expect(await atelier(["cancel", "--group", "nihgt"], daemon.home)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no job is in the group "nihgt"'),
  });
  for (const told of [/cancelled/, /no job to do that to/])
    expect(await atelier(["cancel", "--group", "night"], daemon.home)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(told),
    });
});

test("the group none is that of the jobs without one, for every command", async () => {
  const { daemon, ids } = await withJobsOf("night", "");
  const listed = await atelier(["list", "--group", "none", "--json"], daemon.home);
  expect(json<Job[]>(listed).map(({ id }) => id)).toEqual([ids[1]]);
  const cancelled = await atelier(["cancel", "--group", "none", "--json"], daemon.home);
  expect(json<Job[]>(cancelled).map(({ id }) => id)).toEqual([ids[1]]);
  // It has ended, so nothing is waited for.
  expect((await atelier(["wait", "--group", "none"], daemon.home)).stderr).toMatch(`${ids[1]} cancelled`);
});

test("all jobs are paused, resumed, cancelled and removed at once, but none removed that has not ended", async () => {
  const { daemon, ids } = await withJobsOf("night", "", "");
  const [first = "", ...others] = ids;
  const done = async (verb: string, ...more: string[]) =>
    json<Job[]>(await atelier([verb, "--all", "--json", ...more], daemon.home)).map(({ id }) => id);
  await atelier(["cancel", first], daemon.home);
  expect(await done("pause")).toEqual(others.toReversed());
  expect(await done("resume")).toEqual(others);
  expect(await atelier(["remove", "--all"], daemon.home)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/1 job that ended would be deleted .* atelier remove --all --yes/),
  });
  expect(await done("remove", "--yes")).toEqual([first]);
  expect(await done("cancel")).toEqual(others.toReversed());
});
