import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { Place } from "../../daemon/devices/room.ts";
import { writeDurably } from "../../daemon/files/durable-write.ts";
import { inMemory, writeVectors } from "../../daemon/files/vectors-file.ts";
import { runHook } from "../../daemon/hook.ts";
import { openPicture } from "../../daemon/image/source.ts";
import { Admission } from "../../daemon/queue/admission.ts";
import { PictureStore } from "../../daemon/queue/picture-store.ts";
import { UserError } from "../../shared/errors.ts";
import type { Job } from "../../shared/jobs.ts";
import { CHUNK_BYTES } from "../../shared/requests.ts";
import { addParams } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { QueueSystem } from "../support/queue-system.ts";
import { smallRecipe } from "../support/recipes.ts";
import { temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };
let system: QueueSystem;

beforeAll(async () => {
  pictures = await smallPictures(folder);
});
beforeEach(async () => {
  system = new QueueSystem(folder, 1);
  await system.queue.pause({ job: null });
});
afterEach(async () => {
  await system.queue.close();
  system.close();
});

const recipe = (iterations = 300) => smallRecipe(pictures, { size: 32, iterations });
const add = async (rest: Parameters<typeof addParams>[1] = {}, iterations?: number): Promise<Job> =>
  await system.queue.add(addParams(recipe(iterations), rest));
const timelineOf = (job: string) => system.queue.records.show({ job }).timeline;
const fifo = (name: string) => {
  const path = join(folder, name);
  execFileSync("mkfifo", [path]);
  return path;
};

test("another place and group of a job outlast a restart", async () => {
  const { id } = await add({ out: join(folder, "before.png"), group: "before" });
  const place = { out: join(folder, "after.png"), group: "after" };
  await system.queue.edit({ job: id, recipe: recipe(), timeline: null, ...place });
  system.restart();
  expect(system.find(id)).toMatchObject(place);
});

test("a long chain of jobs fails with its first, to the last", async () => {
  const first = await add();
  const chain = Array.from({ length: 3000 }, (_, i) => `chain${String(i).padStart(3, "0")}`.slice(-8));
  const insert = system.database.prepare(
    `INSERT INTO jobs SELECT :id, :id, recipe, job_group, priority, :position, :after, out, created, finished, state,
       status, plan, progress, stalls, branched_from FROM jobs WHERE id = :first`,
  );
  system.database.exec("BEGIN");
  for (const [i, id] of chain.entries())
    insert.run({
      id,
      first: first.id,
      position: i + 2,
      after: JSON.stringify([chain[i - 1] ?? first.id]),
    });
  system.database.exec("COMMIT");
  system.restart();
  await system.queue.cancel({ job: first.id });
  expect([...new Set(chain.map((id) => system.find(id).status.state))]).toEqual(["failed"]);
});

test("many ways between two jobs are not gone one by one", async () => {
  let layer: string[] = [];
  for (let i = 0; i < 40; i++) layer = [(await add({ after: layer })).id, (await add({ after: layer })).id];
  const { id } = await add();
  const edited = await system.queue.edit({ job: id, recipe: recipe(), timeline: null, after: layer });
  expect(edited.after).toEqual(layer);
});

test("the last of three can be moved up for ever", async () => {
  for (let i = 0; i < 3; i++) await add();
  const order = () =>
    system
      .jobs()
      .toSorted((a, b) => a.position - b.position)
      .map(({ id }) => id);
  let heard: string[][] = [];
  vi.spyOn(system.events, "push").mockImplementation(() => heard.push(order()));
  for (let i = 0; i < 120; i++) {
    heard = [];
    const [one = "", two = "", three = ""] = order();
    const moved = [one, three, two];
    system.queue.move({ job: three, to: "up" });
    expect(order()).toEqual(moved);
    // Whoever hears of it finds the whole queue so.
    expect(heard).toEqual(heard.map(() => moved));
  }
});

test("a change of a job that waits holds from its start, whatever its timeline says of the same control", async () => {
  const { id } = await add({ timeline: [{ iteration: 4, changes: { content: 3, tv: 1 } }] }, 10);
  const set = async (changes: Record<string, number>) =>
    await system.queue.steering.set({ job: id, changes });
  expect(await set({ style: 2 })).toMatchObject({ iteration: 0 });
  expect(await set({ content: 5 })).toMatchObject({ iteration: 0 });
  expect(timelineOf(id)).toEqual([
    { iteration: 0, changes: { style: 2 } },
    { iteration: 0, changes: { content: 5 } },
    { iteration: 4, changes: { tv: 1 } },
  ]);
});

test("a control that an edit takes away is not changed beside it", async () => {
  const two = { ...recipe(), styles: [...recipe().styles, ...recipe().styles] };
  const { id } = await system.queue.add(addParams(two));
  const edit = system.queue.edit({ job: id, recipe: recipe(), timeline: null });
  const set = system.queue.steering.set({ job: id, changes: { "blend.2": 3 } });
  const outcomes = await Promise.allSettled([edit, set]);
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  expect(system.find(id).recipe.styles).toHaveLength(2);
});

test("what has ended is not cancelled again", async () => {
  const { id } = await add();
  await system.queue.cancel({ job: id });
  await expect(system.queue.cancel({ job: id })).rejects.toThrow(
    `${id} is cancelled; there is nothing to cancel`,
  );
});

test("a finished picture is found where the home is now", async () => {
  system.queue.resume({ job: null });
  const { id } = await add();
  await vi.waitFor(() => expect(system.working.get("worker 0")).toBe(id));
  system.finish(id);
  await vi.waitFor(() => expect(system.find(id).status.state).toBe("done"));
  system.database.exec(`UPDATE jobs SET status = replace(status, '${folder}', '/where/it/was')`);
  for (const offset of [0, 3, id.length, 99]) {
    const { total, data } = await system.queue.gallery.read({ job: id, iteration: null, offset });
    expect([total, Buffer.from(data, "base64").toString()]).toEqual([id.length, id.slice(offset)]);
  }
});

test("checkpoints that are exported side by side are made once each, and kept no longer than that", async () => {
  system.queue.resume({ job: null });
  const { id: job } = await add();
  await vi.waitFor(() => expect(system.working.get("worker 0")).toBe(job));
  // More than one piece each.
  const [width, height] = [512, 512];
  const picture = inMemory(Float32Array.from({ length: 3 * width * height }, () => 255 * Math.random()));
  const files = [10, 20].map((iteration) => join(system.layout.jobFolder(job), `${iteration}.picture`));
  for (const iteration of [10, 20]) system.checkpoint(job, iteration);
  for (const file of files) await writeVectors(file, { width, height }, { picture });
  const piece = async (iteration: number, offset: number) =>
    await system.queue.gallery.read({ job, iteration, offset });
  const first = [await piece(10, 0), await piece(20, 0)];
  // Nothing can be made of them any more.
  for (const file of files) rmSync(file);
  for (const { iteration, total, data } of first) {
    const last = await piece(iteration, CHUNK_BYTES);
    expect([data, last.data].map((one) => Buffer.from(one, "base64").length)).toEqual([
      CHUNK_BYTES,
      total - CHUNK_BYTES,
    ]);
  }
  await expect(piece(10, CHUNK_BYTES)).rejects.toThrow(/10\.picture/);
});

test("no more devices are asked for their memory than it takes to find room", async () => {
  const asked = join(folder, "asked");
  writeFileSync(join(folder, "nvidia-smi"), `#!/bin/sh\ntouch ${asked}\n`, { mode: 0o755 });
  vi.stubEnv("PATH", `${folder}:${process.env["PATH"]}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const CPU = { device: { engine: "onnx", kind: "cpu" }, worker: null } as const;
  const CARD = { device: { engine: "onnx", kind: "cuda", index: 0 }, worker: null } as const;
  const estimate = async (...places: Place[]) =>
    await new Admission(new PictureStore(folder), async () => await Promise.resolve(places)).estimate(
      recipe(),
    );
  await estimate(CPU, CARD);
  expect(existsSync(asked)).toBe(false);
  await estimate(CARD, CPU);
  expect(existsSync(asked)).toBe(true);
});

test("a file below a file cannot be written, and that is what is said", async () => {
  const file = join(pictures.content, "x.npy");
  await expect(writeDurably(file, "text")).rejects.toThrow(UserError);
});

test("a pipe is no picture, and nothing is put in the place of one", async () => {
  const pipe = fifo("pipe.png");
  await expect(openPicture(pipe)).rejects.toThrow(/it is no file, expected a picture/);
  await expect(writeDurably(pipe, "text")).rejects.toThrow(/it is no file/);
  expect(statSync(pipe).isFIFO()).toBe(true);
});

test("of a hook that leaves something running it is told at once how it ended", async () => {
  const hook = join(folder, "hook.sh");
  const left = join(folder, "left");
  writeFileSync(hook, `#!/bin/sh\nsleep 100 &\necho $! > ${left}; echo sorry >&2; exit 3\n`, { mode: 0o755 });
  const job = await add();
  const began = performance.now();
  const problem = await new Promise<string>((resolve) => runHook(hook, job, resolve));
  expect(problem).toBe("it ended with code 3: sorry");
  expect(performance.now() - began).toBeLessThan(30_000);
  process.kill(Number(readFileSync(left, "utf8")));
});
