import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { GOING_BACK } from "../../daemon/queue/runner.ts";
import { recipeAfter } from "../../shared/controls.ts";
import { referencesOf } from "../../shared/recipe.ts";
import { addParams } from "../support/daemon.ts";
import { add, begun, isAtWork, pictures, recipe, set, shown, system, undo } from "../support/queue-desk.ts";
import { smallRecipe } from "../support/recipes.ts";

const dieAndGoOn = async (id: string) => {
  system.die(id);
  await isAtWork(id);
};
const isDone = async (id: string) =>
  await vi.waitFor(() => expect(system.find(id).status.state).toBe("done"));
describe("a change", () => {
  test("takes away what lies beyond it, which a dead worker left: checkpoints, losses and files", async () => {
    const id = await begun();
    system.checkpoint(id, 10, true);
    for (const iteration of [11, 20]) system.checkpoint(id, iteration);
    await dieAndGoOn(id);
    expect(system.assignments.at(-1)?.from?.picture).toBe("10.picture");
    system.progress(id, 12);
    await set(id, { style: 2 });
    expect(shown(id).checkpoints.map(({ iteration }) => iteration)).toEqual([10, 11]);
    const losses = system.queue.records.losses({ job: id, points: 100 });
    expect(Math.max(...losses.map(({ iteration }) => iteration))).toBe(12);
    system.finish(id);
    await isDone(id);
    const files = readdirSync(system.layout.jobFolder(id));
    expect(files.filter((name) => name.endsWith(".picture"))).toEqual(["10.picture", "11.picture"]);
    expect(files).toContain("result.png");
  });

  test("of an earlier version, which took the place of nothing, still does not", async () => {
    const ahead = { iteration: 100, changes: { style: 3 } };
    const id = await begun({ timeline: [ahead] });
    system.checkpoint(id, 20);
    await set(id, { style: 4 });
    system.database.exec("UPDATE timeline SET at = NULL");
    expect(shown(id).timeline).toEqual([{ iteration: 20, changes: { style: 4 } }, ahead]);
  });
});

describe("an undo", () => {
  test("takes back a control's whole turn, and no other change", async () => {
    const id = await begun();
    for (const [iteration, changes] of [
      [10, { content: 2 }],
      [11, { style: 2 }],
      [17, { style: 3 }],
      [30, { style: 4 }],
    ] as const) {
      system.checkpoint(id, iteration);
      await set(id, changes);
    }
    expect(shown(id).lastChange).toEqual({ iteration: 11, changes: { style: 4 } });
    expect(system.events.at(-1)).toMatchObject({
      event: "changed",
      iteration: 30,
      lastChange: { iteration: 11 },
    });
    expect((await undo(id)).progress?.iteration).toBe(11);
    expect(shown(id).lastChange).toEqual({ iteration: 10, changes: { content: 2 } });
  });

  test("takes back no more than the last of changes that were made one by one", async () => {
    const id = await begun();
    system.checkpoint(id, 10);
    await set(id, { style: 2 });
    system.database.exec("UPDATE timeline SET at = at - 5000");
    system.checkpoint(id, 20);
    await set(id, { style: 3 });
    expect((await undo(id)).progress?.iteration).toBe(20);
    expect(shown(id).lastChange).toEqual({ iteration: 10, changes: { style: 2 } });
  });

  test("brings back what was to come before a change took its place", async () => {
    const ahead = [
      { iteration: 100, changes: { style: 3, content: 2 } },
      { iteration: 200, changes: { style: 5 } },
    ];
    const id = await begun({ timeline: ahead });
    system.checkpoint(id, 20);
    await set(id, { style: 4 });
    const made = { iteration: 20, changes: { style: 4 } };
    expect(shown(id).timeline).toEqual([made, { iteration: 100, changes: { content: 2 } }]);
    await undo(id);
    expect(shown(id).timeline).toEqual([{ iteration: 20, changes: {} }, ...ahead]);
  });

  test("goes back before all that it takes back, also where a crash put the later of it first", async () => {
    const id = await begun();
    system.checkpoint(id, 50, true);
    system.checkpoint(id, 80);
    await set(id, { style: 2 });
    await dieAndGoOn(id);
    system.progress(id, 60);
    await set(id, { style: 4 });
    system.checkpoint(id, 70);
    expect((await undo(id)).progress?.iteration).toBe(50);
  });

  test("takes back no more after the clock was set back", async () => {
    const id = await begun();
    system.checkpoint(id, 10);
    await set(id, { style: 2 });
    system.database.exec("UPDATE timeline SET at = at + 3600000");
    system.checkpoint(id, 200);
    await set(id, { style: 3 });
    expect(shown(id).lastChange).toEqual({ iteration: 200, changes: { style: 3 } });
  });

  test("leaves the change of a replay, however soon another followed it", async () => {
    const replayed = { iteration: 100, changes: { style: 3 } };
    const id = await begun({ timeline: [replayed] });
    system.checkpoint(id, 100);
    system.checkpoint(id, 101);
    await set(id, { style: 4 });
    await undo(id);
    expect(shown(id).timeline).toContainEqual(replayed);
  });

  test("goes on from its checkpoint also where the timeline has another beginning afresh to come", async () => {
    const timeline = [
      { iteration: 50, changes: { content: 2 } },
      { iteration: 200, changes: {} },
    ];
    const id = await begun({ timeline });
    system.checkpoint(id, 60);
    await set(id, { style: 2 });
    await system.queue.pause({ job: id });
    await undo(id);
    // A change of the waiting job is made where it stands, and takes no checkpoint away.
    expect(await set(id, { style: 3 })).toMatchObject({ iteration: 60 });
    expect(shown(id).checkpoints.map(({ iteration }) => iteration)).toEqual([60]);
    system.queue.resume({ job: id });
    await isAtWork(id);
    expect(system.assignments.at(-1)?.from?.picture).toBe("60.picture");
  });

  test("after an edit takes back the change that was made last, and no entry of the recipe", async () => {
    await system.queue.pause({ job: null });
    const ahead = { iteration: 50, changes: { style: 2 } };
    const { id } = await add({ timeline: [ahead] });
    await set(id, { content: 3 });
    await system.queue.edit({ job: id, recipe: recipe(), timeline: null, group: "night" });
    expect(shown(id).lastChange).toEqual({ iteration: 0, changes: { content: 3 } });
    await undo(id);
    expect(shown(id).timeline).toEqual([ahead]);
  });

  test("brings back nothing that an edit has made impossible", async () => {
    await system.queue.pause({ job: null });
    const blend = (...shares: readonly number[]) =>
      smallRecipe(pictures, { styles: shares.map((weight) => ({ file: pictures.style, weight })) });
    const timeline = [{ iteration: 3, changes: { "blend.1": 0 } }];
    const { id } = await system.queue.add(addParams(blend(1, 1), { timeline }));
    await set(id, { "blend.1": 0.5 });
    await system.queue.edit({ job: id, recipe: blend(1, 0), timeline: null });
    await undo(id);
    const { job, timeline: left } = shown(id);
    expect(() => recipeAfter(job.recipe, left)).not.toThrow();
  });

  test("that the daemon died in leaves the job in the queue", async () => {
    const id = await begun();
    system.checkpoint(id, 10, true);
    await set(id, { style: 2 });
    // What is on the disk between its stop and its going back.
    const status = JSON.stringify({ state: "paused", since: 1, reason: GOING_BACK });
    system.database.prepare("UPDATE jobs SET state = 'paused', status = ?").run(status);
    system.restart();
    await isAtWork(id);
    expect(system.find(id).status.state).toBe("running");
  });
});

test("a branch beside a removal and a prune has its pictures, or is not made", async () => {
  for (let round = 0; round < 8; round++) {
    const id = await begun();
    system.checkpoint(id, 10, true);
    await system.queue.cancel({ job: id });
    const branching = system.queue.steering.branch({ job: id, iteration: 10, changes: {}, out: null });
    const [branch] = await Promise.allSettled([
      branching,
      system.queue
        .remove({ job: id })
        .then(async () => await system.queue.prune({ days: 0, jobs: true, remove: true })),
    ]);
    if (branch.status === "rejected") continue;
    for (const { sha256 = "" } of referencesOf(branch.value.recipe))
      expect(existsSync(join(system.layout.pictures, sha256))).toBe(true);
    await isAtWork(branch.value.id);
    await system.queue.cancel({ job: branch.value.id });
  }
});
