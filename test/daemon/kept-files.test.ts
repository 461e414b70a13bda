import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { HomeLayout } from "../../daemon/queue/layout.ts";
import { referencesOf } from "../../shared/recipe.ts";
import { add, begun, isAtWork, recipe, system } from "../support/queue-desk.ts";
import { newHome } from "../support/temporary.ts";

const prune = async (days: number) => await system.queue.prune({ days, jobs: true, remove: true });

test("a job that is taken up again keeps its log and its checkpoints, and nothing that a crash left", async () => {
  const id = await begun();
  const folder = system.layout.jobFolder(id);
  system.checkpoint(id, 10, true);
  for (const name of ["10.state", "log", "log.1", "11.picture", "12.state.part"])
    writeFileSync(join(folder, name), "");
  system.die(id);
  await isAtWork(id);
  await vi.waitFor(() =>
    expect(readdirSync(folder).toSorted()).toEqual(["10.picture", "10.state", "log", "log.1"]),
  );
});

test("a job that the disk has no room for is paused with that reason, and fails for any other", async () => {
  for (const [isDiskFull, state] of [
    [true, "paused"],
    [false, "failed"],
  ] as const) {
    const job = await begun();
    const [[worker = ""] = []] = system.working;
    system.working.clear();
    system.queue.onWorkerMessage(worker, { type: "failed", job, reason: "no room", isDiskFull });
    expect(system.find(job).status).toMatchObject({ state, reason: "no room" });
  }
});

test("a prune leaves jobs that ended lately, and the pictures of those that have not ended", async () => {
  const done = await begun();
  system.finish(done);
  await vi.waitFor(() => expect(system.find(done).status.state).toBe("done"));
  expect(await prune(1)).toMatchObject({ jobs: 0, pictures: 0 });
  const waiting = await add({ held: true });
  expect(await prune(-1)).toMatchObject({ jobs: 1, pictures: 0 });
  for (const { sha256 = "" } of referencesOf(waiting.recipe))
    expect(existsSync(join(system.layout.pictures, sha256))).toBe(true);
});

test("a prune takes folders that no job has, but for new ones: a branch has its folder before it is a job", async () => {
  const [old, fresh] = ["old", "fresh"].map((name) => join(system.layout.data, "jobs", name)) as [
    string,
    string,
  ];
  for (const folder of [old, fresh]) mkdirSync(folder);
  utimesSync(old, 0, 0);
  await prune(1);
  expect([existsSync(old), existsSync(fresh)]).toEqual([false, true]);
});

test("a job is refused whose picture is not the one that its recipe was made with", async () => {
  const { content, ...rest } = recipe();
  const other = { ...rest, content: { ...content, sha256: "0".repeat(64) } };
  await expect(
    system.queue.add({
      recipe: other,
      timeline: [],
      out: null,
      group: "",
      priority: 0,
      after: [],
      held: false,
    }),
  ).rejects.toThrow(/photo\.png: not the picture that the recipe was made with/);
});

test("a home that cannot be used is named, with what is wrong with it", () => {
  const data = newHome();
  mkdirSync(join(data, "atelier.db"));
  expect(() => new HomeLayout(data)).toThrow(`cannot use ${join(data, "atelier.db")}: it is a folder`);
});
