import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Job } from "../../shared/jobs.ts";
import { addParams, startDaemon, untilIteration, untilJob } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

const quick = () => smallRecipe(pictures, { size: 32, iterations: 2 });
const long = () => smallRecipe(pictures, { size: 32, iterations: 10_000 });

async function start(args: readonly string[] = []) {
  const daemon = await startDaemon(newHome(), ["--weights", "untrained", ...args]);
  const client = await daemon.connect();
  const order: string[] = [];
  client.on("event", (event) => {
    if (event.event === "job" && event.job.status.state === "done") order.push(event.job.id);
  });
  const add = async (recipe = quick(), rest: Parameters<typeof addParams>[1] = {}): Promise<Job> =>
    await client.request("add", addParams(recipe, rest));
  return { daemon, client, add, order };
}

describe("the queue", () => {
  test("runs jobs in order; move and priority change it, a hold keeps a job out of it", async () => {
    const { client, add, order } = await start(["--paused"]);
    const [a, b, c, held] = [await add(), await add(), await add(), await add(quick(), { held: true })];
    const urgent = await add(quick(), { priority: 5 });
    await client.request("move", { job: c.id, to: "top" });
    await client.request("move", { job: a.id, to: "bottom" });
    await client.request("move", { job: a.id, to: "up" });
    const list = await client.request("list", { states: null, group: null, skip: 0, limit: 100 });
    expect(list.map(({ id }) => id)).toEqual([urgent.id, c.id, b.id, a.id, held.id]);
    await client.request("resume", { job: null });
    await untilJob(client, a.id);
    expect(order).toEqual([urgent.id, c.id, b.id, a.id]);
    expect((await client.request("show", { job: held.id })).job.status).toEqual({
      state: "queued",
      held: true,
    });
    await client.request("resume", { job: held.id });
    expect((await untilJob(client, held.id)).status.state).toBe("done");
  });

  test("lets a job of higher priority go first at once, and the interrupted one goes on from where it was", async () => {
    const { client, add } = await start();
    const slow = await add(long());
    await untilIteration(client, slow.id, 3);
    const urgent = await add(quick(), { priority: 1 });
    expect((await untilJob(client, urgent.id)).status.state).toBe("done");
    const again = await untilJob(client, slow.id, ({ status }) => status.state === "running");
    expect(again.progress?.iteration).toBeGreaterThanOrEqual(3);
    expect(again.stalls).toBe(0);
  });

  test("pauses and resumes a job and the whole queue", async () => {
    const { client, add } = await start();
    const slow = await add(long());
    await untilIteration(client, slow.id, 2);
    expect((await client.request("pause", { job: slow.id }))?.status).toMatchObject({
      state: "paused",
      reason: "asked for",
    });
    const next = await add();
    expect((await untilJob(client, next.id)).status.state).toBe("done");
    await client.request("resume", { job: slow.id });
    await untilJob(client, slow.id, ({ status }) => status.state === "running");
    await client.request("pause", { job: null });
    expect((await client.request("show", { job: slow.id })).job.status.state).toBe("queued");
    expect((await client.request("status", {})).paused).toBe(true);
    await client.request("resume", { job: null });
    await untilJob(client, slow.id, ({ status }) => status.state === "running");
  });

  test("a paused queue is still paused after the daemon ended", async () => {
    const { daemon, client, add } = await start();
    await client.request("pause", { job: null });
    const { id } = await add();
    await daemon.end();
    const again = await (await startDaemon(daemon.home)).connect();
    expect((await again.request("status", {})).paused).toBe(true);
    expect((await again.request("show", { job: id })).job.status.state).toBe("queued");
  });

  test("cancels, retries from the last checkpoint, and removes", async () => {
    const { daemon, client, add } = await start();
    const slow = await add(long());
    await untilIteration(client, slow.id, 3);
    expect((await client.request("cancel", { job: slow.id })).status.state).toBe("cancelled");
    expect((await client.request("retry", { job: slow.id })).status.state).toMatch(/queued|running/);
    const again = await untilJob(client, slow.id, ({ status }) => status.state === "running");
    expect(again.progress?.iteration).toBeGreaterThanOrEqual(3);
    await expect(client.request("remove", { job: slow.id })).rejects.toThrow(/is running; cancel it first/);
    await client.request("cancel", { job: slow.id });
    await client.request("remove", { job: slow.id });
    await expect(client.request("show", { job: slow.id })).rejects.toThrow(/there is no job/);
    expect(existsSync(join(daemon.home, "data/jobs", slow.id))).toBe(false);
  });

  test("a job that comes after another waits for it, and fails when that one does not end well", async () => {
    const { client, add, order } = await start(["--paused"]);
    const first = await add();
    const second = await add(quick(), { after: [first.id] });
    await client.request("move", { job: second.id, to: "top" });
    const doomed = await add(long());
    const third = await add(quick(), { after: [doomed.id] });
    const fourth = await add(quick(), { after: [third.id] });
    await client.request("cancel", { job: doomed.id });
    for (const id of [third.id, fourth.id])
      expect((await client.request("show", { job: id })).job.status).toMatchObject({
        state: "failed",
        reason: expect.stringMatching(/it was to come after job/),
      });
    await client.request("resume", { job: null });
    await untilJob(client, second.id);
    expect(order).toEqual([first.id, second.id]);
    await expect(add(quick(), { after: [doomed.id] })).rejects.toThrow(/nothing can come after it/);
  });

  test("edits a job that has not started, and no other", async () => {
    const { client, add } = await start(["--paused"]);
    const { id } = await add();
    const edited = await client.request("edit", {
      job: id,
      recipe: smallRecipe(pictures, { size: 40, iterations: 3 }),
      timeline: [{ iteration: 2, changes: { style: 3 } }],
    });
    const { timeline } = await client.request("show", { job: id });
    expect(timeline).toEqual([{ iteration: 2, changes: { style: 3 } }]);
    expect(edited.plan).toMatchObject({ width: 40, stages: [{ size: 40, iterations: 3 }] });
    expect(edited).toMatchObject({ out: null, group: "" });
    const place = { out: join(folder, "elsewhere.png"), group: "night" };
    const moved = { job: id, recipe: edited.recipe, timeline: null, ...place };
    expect(await client.request("edit", moved)).toMatchObject(place);
    const other = await add();
    await expect(client.request("edit", { ...moved, job: other.id })).rejects.toThrow(
      `job ${id} is not done yet and will write to ${place.out}`,
    );
    await client.request("cancel", { job: other.id });
    await client.request("resume", { job: null });
    const job = await untilJob(client, id);
    expect(job.progress?.iteration).toBe(3);
    await expect(client.request("edit", { job: id, recipe: quick(), timeline: null })).rejects.toThrow(
      /is done/,
    );
  });

  test("a job that waits can be made to wait for others, and for none again", async () => {
    const { client, add } = await start(["--paused"]);
    const [first, second, third] = [await add(), await add(), await add()];
    const edit = async ({ id, recipe }: Job, after?: string[]) =>
      await client.request("edit", {
        job: id,
        recipe,
        timeline: null,
        ...(after !== undefined && { after }),
      });
    expect((await edit(first, [second.id])).after).toEqual([second.id]);
    expect((await edit(second, [third.id.slice(0, 7)])).after).toEqual([third.id]);
    expect((await edit(second)).after).toEqual([third.id]);
    await expect(edit(third, [third.id])).rejects.toThrow(`job ${third.id} cannot come after itself`);
    await expect(edit(third, [first.id])).rejects.toThrow(
      `job ${first.id} comes after job ${third.id}, so neither would ever start`,
    );
    await client.request("pause", { job: third.id });
    await client.request("resume", { job: null });
    // Both wait for the one that is paused, until one of them need not any more.
    expect((await edit(second, [])).after).toEqual([]);
    await untilJob(client, second.id);
    await untilJob(client, first.id);
    await client.request("cancel", { job: third.id });
  });

  test("refuses what cannot work when it is added, naming what is wrong", async () => {
    const { client, add } = await start(["--paused"]);
    const missing = { ...quick(), content: { file: join(folder, "missing.png") } };
    await expect(add(missing)).rejects.toThrow(/missing.png: there is no such file/);
    const noPicture = { ...quick(), content: { file: import.meta.filename } };
    await expect(add(noPicture)).rejects.toThrow(/queue.test.ts: not a picture in a known format/);
    const longFile = { ...quick(), content: { file: `/${"x".repeat(4096)}` } };
    await expect(add(longFile)).rejects.toThrow(/content\.file: expected at most 4096 letters$/);
    const endless = { ...quick(), crop: `${"9".repeat(310)}:1` };
    await expect(add(endless)).rejects.toThrow(/crop: expected at most 64 letters$/);
    const schedule = { size: 40, stages: [{ size: 30, iterations: 1 }], iterations: 1, stopBelow: null };
    await expect(add(smallRecipe(pictures, { schedule }))).rejects.toThrow(
      /schedule: the size is 40, but the stages end with 30/,
    );
    await expect(add(quick(), { out: "/nowhere/a.jpg" })).rejects.toThrow(/jobs write .png/);
    await expect(add(quick(), { after: ["zzz"] })).rejects.toThrow(/there is no job zzz/);
    expect(await client.request("list", { states: null, group: null, skip: 0, limit: 10 })).toEqual([]);
  });

  test("a picture that cannot be put where it was wanted leaves the job done, with the reason", async () => {
    const { client, add } = await start();
    const { id } = await add(quick(), { out: join(pictures.content, "result.png") });
    expect((await untilJob(client, id)).status).toMatchObject({
      state: "done",
      problem: expect.stringMatching(/could not be copied to .*result.png/),
    });
  });

  test("tells of a prefix that several jobs share", async () => {
    const { client, add } = await start(["--paused"]);
    const jobs = await Promise.all(Array.from({ length: 40 }, async () => await add()));
    const beginnings = jobs.map(({ id }) => id[0] ?? "");
    const shared = beginnings.find((letter, i) => beginnings.indexOf(letter) !== i) ?? "";
    await expect(client.request("show", { job: shared })).rejects.toThrow(/beginning of several/);
  });
});
