import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HomeLayout } from "../../daemon/queue/layout.ts";
import { checkChange, type TimelineEntry } from "../../shared/controls.ts";
import { atelier, json } from "../support/atelier.ts";
import { addParams, startDaemon, untilIteration } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { QueueSystem } from "../support/queue-system.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

/** A job whose pictures have these shares in the blend, and a timeline that changes them. */
function blend(shares: readonly number[], timeline: readonly TimelineEntry[] = []) {
  const styles = shares.map((weight) => ({ file: pictures.style, weight }));
  return addParams(smallRecipe(pictures, { size: 32, iterations: 10_000, styles }), {
    timeline: [...timeline],
  });
}

const at = (iteration: number, changes: TimelineEntry["changes"]) => ({ iteration, changes });
const noStyle = (iteration: number | string) =>
  new RegExp(`^all shares of the blend would be 0 after iteration ${iteration}; leave one above 0$`);

test("a running job is not left without a style until its timeline brings one", async () => {
  const client = await (await startDaemon(newHome())).connect();
  const ahead = at(9000, { "blend.2": 1 });
  const { id: job } = await client.request("add", blend([1, 0], [ahead]));
  await untilIteration(client, job, 2);
  const set = async (changes: TimelineEntry["changes"]) => await client.request("set", { job, changes });
  await expect(set({ "blend.1": 0 })).rejects.toThrow(noStyle("\\d+"));
  expect((await client.request("show", { job })).timeline).toEqual([ahead]);
  await set({ "blend.2": 1 });
  const { iteration } = await set({ "blend.1": 0 });
  expect((await untilIteration(client, job, iteration + 2)).status.state).toBe("running");
});

test("an undo takes back what was made last, from the picture before it, and leaves what is still to come", async () => {
  const client = await (await startDaemon(newHome())).connect();
  const [first, ahead] = [at(5, { style: 2 }), at(9000, { content: 3 })];
  const { id: job } = await client.request("add", blend([1], [first, ahead]));
  await untilIteration(client, job, 12);
  const shown = async () => await client.request("show", { job });
  expect(await shown()).toMatchObject({ lastChange: first, timeline: [first, ahead] });
  expect((await shown()).checkpoints.map(({ iteration }) => iteration)).toContain(5);
  const { iteration } = await client.request("set", { job, changes: { tv: 1 } });
  await untilIteration(client, job, iteration + 2);
  await client.request("undo", { job });
  await untilIteration(client, job, iteration + 2);
  expect((await shown()).timeline).toEqual([first, at(iteration, {}), ahead]);
  const heard = new Promise((resolve) => {
    client.on("event", (event) => {
      if (event.event === "rewound") resolve(event);
    });
  });
  await client.request("undo", { job });
  expect(await heard).toEqual({ event: "rewound", id: job, iteration: 5 });
  expect((await shown()).timeline).toEqual([at(5, {}), ahead]);
  await expect(client.request("undo", { job })).rejects.toThrow(/has no change to undo/);
  const branch = await client.request("branch", { job, iteration: 5, changes: { style: 4 }, out: null });
  const { timeline } = await client.request("show", { job: branch.id });
  expect(timeline).toEqual([at(5, {}), at(5, {}), at(5, { style: 4 }), ahead]);
  const other = await client.request("branch", { job, iteration: 5, changes: { content: 4 }, out: null });
  expect((await client.request("show", { job: other.id })).timeline).not.toContainEqual(ahead);
});

describe("a job that waits", () => {
  let system: QueueSystem;
  beforeEach(async () => {
    system = new QueueSystem(folder, 1);
    await system.queue.pause({ job: null });
  });
  afterEach(async () => {
    await system.queue.close();
    system.close();
  });
  const timelineOf = (job: string) => system.queue.records.show({ job }).timeline;

  test("is refused a change that only a later one would make up for", async () => {
    const { id: job } = await system.queue.add(blend([1, 0], [at(2000, { "blend.2": 1 })]));
    const set = system.queue.steering.set({ job, changes: { "blend.1": 0 } });
    await expect(set).rejects.toThrow(noStyle(0));
  });

  test("is refused a change that makes a later one impossible, and granted one that does not", async () => {
    const { id: job } = await system.queue.add(
      blend([1, 1, 0], [at(2000, { "blend.1": 0 }), at(3000, { "blend.3": 1 })]),
    );
    const set = async (changes: TimelineEntry["changes"]) =>
      await system.queue.steering.set({ job, changes });
    await expect(set({ "blend.2": 0 })).rejects.toThrow(noStyle(2000));
    expect(await set({ "blend.2": 0, "blend.3": 1 })).toMatchObject({ iteration: 0 });
  });

  test("has its timeline checked and kept as it will be made, however it is ordered", async () => {
    const later = at(4, { "blend.2": 1 });
    await expect(system.queue.add(blend([1, 0], [later, at(2, { "blend.1": 0 })]))).rejects.toThrow(
      noStyle(2),
    );
    const [first, second] = [at(2, { "blend.2": 1 }), at(4, { "blend.1": 0 })];
    const { id: job } = await system.queue.add(blend([1, 0], [second, first]));
    expect(timelineOf(job)).toEqual([first, second]);
    // Nobody has made them yet.
    await expect(system.queue.steering.undo({ job })).rejects.toThrow(/has no change to undo/);
    expect(timelineOf(job)).toEqual([first, second]);
  });

  test("gets one of two changes that came while it was being started and exclude each other", async () => {
    system.queue.resume({ job: null });
    const { id: job } = await system.queue.add(blend([1, 1], [at(2000, { "blend.1": 1 })]));
    expect(system.working.size).toBe(0);
    const sets = ["blend.1", "blend.2"].map(
      async (name) => await system.queue.steering.set({ job, changes: { [name]: 0 } }),
    );
    expect((await Promise.allSettled(sets)).map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  });
});

test("a change is checked without the timeline, which may be long, unless it is one of the blend", () => {
  const { recipe } = blend([1, 0]);
  let readings = 0;
  const check = (changes: TimelineEntry["changes"]) =>
    checkChange(recipe, at(3, changes), () => {
      readings++;
      return [];
    });
  check({ style: 2, tv: 1 });
  expect(() => check({ tv: -1 })).toThrow(/^tv = -1: expected a number from 0 to/);
  expect(readings).toBe(0);
  expect(() => check({ style: 2, "blend.1": 0 })).toThrow(noStyle(3));
  expect(readings).toBe(1);
});

test("a job of an earlier version whose timeline cannot be made is shown all the same", async () => {
  const home = newHome();
  const client = await (await startDaemon(home, ["--weights", "untrained", "--paused"])).connect();
  const { id } = await client.request("add", blend([1, 0]));
  const database = new DatabaseSync(new HomeLayout(join(home, "data")).database);
  const insert = database.prepare(
    "INSERT INTO timeline (job, number, iteration, changes) VALUES (?, ?, 0, ?)",
  );
  for (const [i, changes] of [{ style: 3 }, { "blend.1": 0 }].entries())
    insert.run(id, i + 1, JSON.stringify(changes));
  database.close();
  expect(await atelier(["show", id], home)).toMatchObject({ code: 0, stderr: "" });
  const controls = json<{ name: string; value: number }[]>(await atelier(["controls", id, "--json"], home));
  expect(controls).toContainEqual(expect.objectContaining({ name: "style", value: 3 }));
  expect(controls).toContainEqual(expect.objectContaining({ name: "blend.1", value: 1 }));
});
