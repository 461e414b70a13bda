import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { ADAM } from "../../shared/presets.ts";
import type { DaemonEvent } from "../../shared/protocol.ts";
import type { Recipe } from "../../shared/recipe.ts";
import type { Connection } from "../../tui/client/connection.ts";
import { atelier, json } from "../support/atelier.ts";
import {
  addParams,
  ONE_THREAD,
  startDaemon,
  untilIteration,
  untilJob,
  workerPid,
} from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
  // Larger than the picture, so that it is soft at its edges.
  await sharp({ create: { width: 150, height: 100, channels: 3, background: "white" } })
    .composite([
      { input: { create: { width: 60, height: 70, channels: 3, background: "black" } }, left: 40, top: 10 },
    ])
    .png()
    .toFile(join(folder, "mask.png"));
});

/** Enough for changes on the way. */
const ITERATIONS = 200;

async function start({ iterations = ITERATIONS, ...rest }: Partial<Recipe> & { iterations?: number } = {}) {
  const daemon = await startDaemon(newHome(), ["--weights", "untrained", "--checkpoint-seconds", "0.2"]);
  const client = await daemon.connect();
  const { id } = await client.request(
    "add",
    addParams(smallRecipe(pictures, { ...rest, size: 40, iterations })),
  );
  return { daemon, client, id };
}

async function pixels(file: string): Promise<Buffer> {
  return await sharp(file).raw().toBuffer();
}

function nextEvent<E extends DaemonEvent["event"]>(client: Connection, kind: E) {
  return new Promise<Extract<DaemonEvent, { event: E }>>((resolve) => {
    const look = (event: DaemonEvent) => {
      if (event.event !== kind) return;
      client.off("event", look);
      resolve(event as Extract<DaemonEvent, { event: E }>);
    };
    client.on("event", look);
  });
}

/** Exports a job and makes its picture again in the foreground. */
async function replay(home: string, id: string): Promise<{ made: Buffer; again: Buffer }> {
  const [out, again] = [join(home, `${id}.png`), join(home, `${id}-again.png`)];
  const exported = await atelier(["export", id, "--out", out, "--json"], home);
  expect(exported.stderr).toBe("");
  expect(json(exported)).toMatchObject({ job: id, picture: out, recipe: join(home, `${id}.json`) });
  const ran = await atelier(
    ["run", ...ONE_THREAD, "--recipe", join(home, `${id}.json`), "--weights", "untrained", "--out", again],
    home,
  );
  expect(ran.code).toBe(0);
  return { made: await pixels(out), again: await pixels(again) };
}

describe("controls of a job that runs", () => {
  test("take effect within one iteration, and every client hears of it at once", async () => {
    const { daemon, client, id } = await start({ iterations: 10_000 });
    const other = await daemon.connect();
    await untilIteration(client, id, 5);
    const heard = nextEvent(other, "changed");
    const before = (await client.request("show", { job: id })).job.progress?.iteration ?? 0;
    const { iteration } = await client.request("set", { job: id, changes: { style: 4, content: 0.5 } });
    expect(await heard).toMatchObject({ id, iteration, changes: { style: 4, content: 0.5 } });
    // The iteration at hand when it was asked for, and one that began before the request arrived.
    expect(iteration - before).toBeLessThanOrEqual(2);
    const { timeline } = await client.request("show", { job: id });
    expect(timeline).toEqual([{ iteration, changes: { style: 4, content: 0.5 } }]);
    await client.request("cancel", { job: id });
  });

  test("are refused when unknown or out of range, and nothing is written down", async () => {
    const { client, id } = await start({ iterations: 10_000 });
    await untilIteration(client, id, 1);
    await expect(client.request("set", { job: id, changes: { hue: 1 } })).rejects.toThrow(
      /no control "hue" here; there are content, style/,
    );
    await expect(client.request("set", { job: id, changes: { tv: -1 } })).rejects.toThrow(/from 0 to/);
    expect((await client.request("show", { job: id })).timeline).toEqual([]);
    await client.request("cancel", { job: id });
  });

  test("make a picture that a replay of the export makes again, to the same bits", async () => {
    const { daemon, client, id } = await start();
    await untilIteration(client, id, 5);
    await client.request("set", { job: id, changes: { style: 3 } });
    await untilIteration(client, id, 12);
    await client.request("set", { job: id, changes: { "style.conv1_1": 0, tv: 1e-3 } });
    await untilJob(client, id);
    const { made, again } = await replay(daemon.home, id);
    expect(again).toEqual(made);
  });

  test("survive a kill of the worker before its first checkpoint, and a replay follows", async () => {
    const daemon = await startDaemon(newHome(), ["--weights", "untrained", "--checkpoint-seconds", "9999"]);
    const client = await daemon.connect();
    const recipe = smallRecipe(pictures, { size: 40, iterations: ITERATIONS, optimizer: ADAM });
    const { id } = await client.request("add", addParams(recipe));
    await untilIteration(client, id, 5);
    await client.request("set", { job: id, changes: { style: 3 } });
    await untilIteration(client, id, 12);
    process.kill(await workerPid(client), "SIGKILL");
    await untilJob(client, id);
    const { made, again } = await replay(daemon.home, id);
    expect(again).toEqual(made);
  });

  test("an undo gives the job's place to nobody, and a job that is held stays held", async () => {
    const { client, id } = await start({ iterations: 100_000 });
    const params = addParams(smallRecipe(pictures, { size: 40, iterations: 100_000 }));
    const next = await client.request("add", params);
    const held = await client.request("add", { ...params, held: true });
    for (const job of [id, held.id]) {
      await client.request("set", { job, changes: { style: 2 } });
      await client.request("undo", { job });
    }
    await untilJob(
      client,
      id,
      ({ status, progress }) => status.state === "running" && (progress?.iteration ?? 0) >= 3,
    );
    const jobs = await client.request("list", { states: null, group: null, skip: 0, limit: 10 });
    const of = (wanted: string) => jobs.find((job) => job.id === wanted);
    expect(of(id)?.status.state).toBe("running");
    expect(of(next.id)).toMatchObject({ status: { state: "queued", held: false }, progress: null });
    expect(of(held.id)).toMatchObject({ status: { state: "queued", held: true }, progress: null });
  });

  test.each([
    ["the painting's colours", {}],
    // People see another picture than the optimiser has.
    ["the photo's colours through a mask", { color: "luminance", mask: { file: join(folder, "mask.png") } }],
  ] as const)(
    "can be undone in %s: the job goes back to the checkpoint before the change, and a replay follows it",
    async (_colors, method) => {
      const { daemon, client, id } = await start(method);
      await untilIteration(client, id, 5);
      await client.request("set", { job: id, changes: { style: 2 } });
      await untilIteration(client, id, 12);
      const { iteration } = await client.request("set", { job: id, changes: { content: 0 } });
      await untilIteration(client, id, iteration + 3);
      const heard = nextEvent(client, "rewound");
      await client.request("undo", { job: id });
      expect(await heard).toEqual({ event: "rewound", id, iteration });
      const { timeline } = await client.request("show", { job: id });
      expect(timeline.map(({ changes }) => changes)).toEqual([{ style: 2 }, {}]);
      await untilJob(client, id);
      const { made, again } = await replay(daemon.home, id);
      expect(again).toEqual(made);
      // It begins afresh where its origin did so already.
      const branch = await client.request("branch", { job: id, iteration, changes: {}, out: null });
      await untilJob(client, branch.id);
      const { made: branched, again: replayed } = await replay(daemon.home, branch.id);
      expect(replayed).toEqual(branched);
      await client.request("undo", { job: id });
      await client.request("pause", { job: id });
      await expect(
        client.request("undo", { job: id }).then(async () => await client.request("undo", { job: id })),
      ).rejects.toThrow(/no change to undo/);
    },
  );

  test("a branch starts from a checkpoint of another job, and a replay from its beginning follows it", async () => {
    const { daemon, client, id } = await start();
    await untilIteration(client, id, 6);
    await client.request("set", { job: id, changes: { style: 2 } });
    await untilJob(client, id);
    const { checkpoints } = await client.request("show", { job: id });
    const at = checkpoints.find(({ iteration }) => iteration > 8)?.iteration ?? 0;
    const branch = await atelier(["branch", `${id.slice(0, 6)}@${at}`, "content=3", "--json"], daemon.home);
    const job = json<{ id: string; branchedFrom: unknown }>(branch);
    expect(job.branchedFrom).toEqual({ job: id, iteration: at });
    const ended = await untilJob(client, job.id);
    expect(ended.progress?.iteration).toBe(ITERATIONS);
    const { made, again } = await replay(daemon.home, job.id);
    expect(again).toEqual(made);
    expect(made).not.toEqual(await pixels(join(daemon.home, "data/jobs", id, "result.png")));
    const missing = await atelier(["branch", `${id}@7777`], daemon.home);
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/no checkpoint at iteration 7777; there are 0, /);
    // Of a job that is done neither: its file would be named after an iteration that never was.
    const late = await atelier(["export", `${id}@7777`], daemon.home);
    expect(late.code).toBe(1);
    expect(late.stderr).toMatch(/has no checkpoint at iteration 7777; see: atelier checkpoints/);
  });

  test("set by command on a job that waits are there when it starts", async () => {
    const { daemon, client, id } = await start({ iterations: 3 });
    await untilJob(client, id);
    const held = await client.request(
      "add",
      addParams(smallRecipe(pictures, { iterations: 3 }), { held: true }),
    );
    const outcome = await atelier(["set", held.id, "style=3", "tv=0.001"], daemon.home);
    expect(outcome).toMatchObject({ code: 0, stdout: `${held.id} changed after iteration 0\n` });
    const wrong = await atelier(["set", held.id, "style"], daemon.home);
    expect(wrong).toMatchObject({ code: 2 });
    const controls = json<{ name: string; value: number }[]>(
      await atelier(["controls", held.id, "--json"], daemon.home),
    );
    expect(controls.find(({ name }) => name === "style")?.value).toBe(3);
    await client.request("resume", { job: held.id });
    expect((await untilJob(client, held.id)).status.state).toBe("done");
  });
});

describe("around a job", () => {
  test("a hook gets the job that ended as JSON, and its failure is not the job's", async () => {
    const hook = join(folder, "hook.sh");
    const heard = join(folder, "heard");
    writeFileSync(hook, `#!/bin/sh\ncat > ${heard}.json; echo "$1 $2" > ${heard}\necho sorry >&2; exit 3\n`, {
      mode: 0o755,
    });
    const daemon = await startDaemon(newHome(), ["--weights", "untrained", "--hook", hook]);
    const client = await daemon.connect();
    const { id } = await client.request("add", addParams(smallRecipe(pictures, { iterations: 2 })));
    const job = await untilJob(client, id);
    expect(job.status.state).toBe("done");
    let log = "";
    while (!log.includes("the hook failed"))
      ({ text: log } = await client.request("log", { job: id, offset: 0 }));
    expect(log).toContain("it ended with code 3: sorry");
    expect(readFileSync(heard, "utf8")).toBe(`done ${id}\n`);
    expect(JSON.parse(readFileSync(`${heard}.json`, "utf8"))).toMatchObject({
      id,
      status: { state: "done" },
    });
  });

  test("prune says what it would free, and frees it", async () => {
    const { daemon, client, id } = await start({ iterations: 4 });
    await untilJob(client, id);
    const would = json<{ bytes: number; checkpoints: number }>(
      await atelier(["prune", "--days", "0", "--json"], daemon.home),
    );
    expect(would.checkpoints).toBeGreaterThan(1);
    expect(would.bytes).toBeGreaterThan(1000);
    expect(existsSync(join(daemon.home, "data/jobs", id, "4.picture"))).toBe(true);
    expect(json(await atelier(["prune", "--days", "0", "--yes", "--json"], daemon.home))).toEqual(would);
    expect(existsSync(join(daemon.home, "data/jobs", id, "4.picture"))).toBe(false);
    expect(existsSync(join(daemon.home, "data/jobs", id, "result.png"))).toBe(true);
    await client.request("prune", { days: 0, jobs: true, remove: true });
    await expect(client.request("show", { job: id })).rejects.toThrow(/there is no job/);
  });

  test("losses are all there after the end, thinned to what was asked for", async () => {
    const { client, id } = await start({ iterations: 40 });
    await untilJob(client, id);
    const all = await client.request("losses", { job: id, points: 1000 });
    expect(all.map(({ iteration }) => iteration)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    const few = await client.request("losses", { job: id, points: 10 });
    expect(few.length).toBeLessThanOrEqual(10);
    expect(few.at(-1)).toEqual(all.at(-1));
  });
});
