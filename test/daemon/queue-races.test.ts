import { createHash } from "node:crypto";
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative as relativePath } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { PictureStore } from "../../daemon/queue/picture-store.ts";
import { addParams } from "../support/daemon.ts";
import { add, begun, folder, pictures, recipe, set, shown, system, undo } from "../support/queue-desk.ts";

describe("a worker", () => {
  test("that dies while the finished picture is copied takes nothing along", async () => {
    const out = join(folder, "copied.png");
    const first = await begun({ out });
    const second = await add();
    system.finish(first);
    system.queue.workerGone("worker 0", "the test killed it", false);
    system.queue.onWorkerMessage("worker 0", { type: "ready", engine: "test", device: "test", weights: "" });
    await vi.waitFor(() => expect(system.find(first).status.state).toBe("done"));
    expect(readFileSync(out, "utf8")).toBe(first);
    await vi.waitFor(() => expect(system.working.get("worker 0")).toBe(second.id));
    expect(system.find(second.id).status.state).toBe("running");
  });

  test("is free for others when a job cannot be started", async () => {
    await system.queue.pause({ job: null });
    const broken = await add();
    const next = await add();
    rmSync(system.layout.jobFolder(broken.id), { recursive: true });
    writeFileSync(join(system.layout.data, "jobs", broken.id), "no folder");
    system.queue.resume({ job: null });
    await vi.waitFor(() => expect(system.working.get("worker 0")).toBe(next.id));
    expect(system.find(broken.id).status).toMatchObject({
      state: "failed",
      reason: expect.stringMatching(/^it could not be started: /),
    });
  });

  test("gets a change that came while its job was being started", async () => {
    const { id } = await add();
    expect(system.working.size).toBe(0);
    expect((await set(id, { style: 2 })).iteration).toBe(0);
    expect(shown(id).timeline).toEqual([{ iteration: 0, changes: { style: 2 } }]);
  });
});

describe("an undo", () => {
  test("beside another one goes back to where its answer says", async () => {
    system.isSlow = true;
    const id = await begun();
    system.checkpoint(id, 10);
    await set(id, { style: 2 });
    system.checkpoint(id, 20);
    await set(id, { content: 4 });
    system.checkpoint(id, 30);
    const answers = await Promise.all([undo(id), undo(id)]);
    expect(answers.map(({ progress }) => progress?.iteration)).toEqual([20, 10]);
    await vi.waitFor(() => expect(system.find(id).status.state).toBe("running"));
    expect(system.assignments.at(-1)).toMatchObject({
      from: { picture: "10.picture" },
      timeline: [{ iteration: 10, changes: {} }],
    });
  });

  test("that finds nothing left to take back leaves the job at work", async () => {
    system.isSlow = true;
    const id = await begun();
    await set(id, { style: 2 });
    const undone = await Promise.allSettled([undo(id), undo(id), undo(id)]);
    expect(undone.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    await vi.waitFor(() => expect(system.working.get("worker 0")).toBe(id));
    expect(system.find(id).status.state).toBe("running");
  });

  test("takes back what was done last, not what is still to come", async () => {
    const ahead = { iteration: 100, changes: { content: 0.5 } };
    const id = await begun({ timeline: [ahead] });
    system.checkpoint(id, 20);
    await set(id, { style: 4 });
    expect(shown(id).lastChange).toEqual({ iteration: 20, changes: { style: 4 } });
    system.checkpoint(id, 30);
    expect((await undo(id)).progress?.iteration).toBe(20);
    expect(shown(id).timeline).toEqual([{ iteration: 20, changes: {} }, ahead]);
  });

  test("leaves the mark of an earlier one that the job went on from", async () => {
    const ahead = [100, 200].map((iteration) => ({ iteration, changes: { content: iteration } }));
    const id = await begun({ timeline: ahead });
    system.checkpoint(id, 50);
    await set(id, { style: 4 });
    system.checkpoint(id, 60);
    await undo(id);
    await vi.waitFor(() => expect(system.assignments.length).toBe(2));
    system.checkpoint(id, 80);
    await set(id, { style: 5 });
    system.checkpoint(id, 90);
    await undo(id);
    expect(shown(id).timeline).toEqual([
      { iteration: 50, changes: {} },
      { iteration: 80, changes: {} },
      ...ahead,
    ]);
  });

  test("beside a pause leaves the job paused", async () => {
    system.isSlow = true;
    const id = await begun();
    await set(id, { style: 4 });
    await Promise.all([undo(id), system.queue.pause({ job: id })]);
    expect(system.find(id).status).toMatchObject({ state: "paused", reason: "asked for" });
  });

  test("beside a pause leaves a job paused that was being started", async () => {
    await system.queue.pause({ job: null });
    const { id } = await add();
    await set(id, { style: 4 });
    system.queue.resume({ job: null });
    await Promise.all([undo(id), system.queue.pause({ job: id })]);
    expect(system.find(id).status).toMatchObject({ state: "paused", reason: "asked for" });
  });

  test("of a job that has ended does not let two jobs write to one file", async () => {
    const out = join(folder, "undone.png");
    const id = await begun({ out });
    await set(id, { style: 4 });
    system.finish(id);
    await vi.waitFor(() => expect(system.find(id).status.state).toBe("done"));
    const second = await add({ out });
    await expect(undo(id)).rejects.toThrow(
      `job ${second.id} is not done yet and will write to ${out}; undo this one after that`,
    );
    expect(system.find(id).status.state).toBe("done");
  });

  test("does not start a job whose predecessor was never done", async () => {
    await system.queue.pause({ job: null });
    const first = await add();
    const second = await add({ after: [first.id] });
    await set(second.id, { style: 4 });
    await system.queue.cancel({ job: first.id });
    await expect(undo(second.id)).rejects.toThrow(
      `job ${first.id} is cancelled, so nothing can come after it`,
    );
    await system.queue.remove({ job: first.id });
    expect(await undo(second.id)).toMatchObject({ status: { state: "queued" }, after: [] });
  });

  test("of a branch never goes back before its beginning, nor takes back what its origin did", async () => {
    const origin = await begun();
    system.checkpoint(origin, 10);
    await set(origin, { style: 2 });
    system.checkpoint(origin, 20);
    await system.queue.cancel({ job: origin });
    const { id } = await system.queue.steering.branch({
      job: origin,
      iteration: 20,
      changes: {},
      out: null,
    });
    await vi.waitFor(() => expect(system.working.get("worker 0")).toBe(id));
    await expect(undo(id)).rejects.toThrow(/has no change to undo/);
    system.checkpoint(id, 40);
    await set(id, { style: 3 });
    system.checkpoint(id, 50);
    expect((await undo(id)).progress?.iteration).toBe(40);
    expect(shown(id).checkpoints.map(({ iteration }) => iteration)).toEqual([20, 40]);
    expect(shown(id).timeline).toEqual([
      { iteration: 10, changes: { style: 2 } },
      { iteration: 20, changes: {} },
      { iteration: 40, changes: {} },
    ]);
    await expect(undo(id)).rejects.toThrow(/has no change to undo/);
  });

  test("does not silently begin from nothing where a prune took what was before the change", async () => {
    const id = await begun();
    system.checkpoint(id, 10);
    await set(id, { style: 2 });
    system.checkpoint(id, 20);
    system.finish(id);
    await vi.waitFor(() => expect(system.find(id).status.state).toBe("done"));
    await system.queue.prune({ days: 0, jobs: false, remove: true });
    await expect(undo(id)).rejects.toThrow(
      `no checkpoint of job ${id} is left from before its last change, at iteration 10; to make it again`,
    );
    expect(system.find(id).status.state).toBe("done");
  });

  test("of a job that workers died over lets it begin to count anew", async () => {
    const id = await begun();
    await set(id, { style: 2 });
    system.die(id);
    await vi.waitFor(() => expect(system.working.size).toBe(1));
    expect(system.find(id).stalls).toBe(1);
    expect((await undo(id)).stalls).toBe(0);
  });
});

describe("other requests", () => {
  test("a resume takes a pause back that waits for its iteration", async () => {
    system.isSlow = true;
    const id = await begun();
    const paused = system.queue.pause({ job: id });
    system.queue.resume({ job: id });
    await paused;
    await vi.waitFor(() => expect(system.assignments.length).toBe(2));
    expect(system.find(id).status.state).toBe("running");
  });

  test("a retry waits no longer for a job that was removed", async () => {
    const first = await begun();
    const second = await add({ after: [first] });
    await system.queue.cancel({ job: second.id });
    system.finish(first);
    await vi.waitFor(() => expect(system.find(first).status.state).toBe("done"));
    await system.queue.remove({ job: first });
    expect(system.queue.retry({ job: second.id }).after).toEqual([]);
  });

  test("a job does not start when the one that it was to come after is removed", async () => {
    await system.queue.pause({ job: null });
    const first = await add();
    const second = await add({ after: [first.id] });
    system.queue.resume({ job: null });
    await vi.waitFor(() => expect([...system.working.values()]).toEqual([first.id]));
    await system.queue.pause({ job: first.id });
    const removed = system.queue.remove({ job: first.id });
    // The queue looks for work while the files are deleted.
    system.queue.resume({ job: null });
    await removed;
    expect(system.working.size).toBe(0);
    expect(system.find(second.id).status).toMatchObject({
      state: "failed",
      reason: `it was to come after job ${first.id}, which is removed`,
    });
  });

  test("a key belongs to the request that it came with first", async () => {
    const key = "a key of nine";
    const { id } = await system.queue.add(addParams(recipe()), key);
    expect((await system.queue.add(addParams(recipe()), key)).id).toBe(id);
    const branch = { job: id, iteration: null, changes: {}, out: null };
    await expect(system.queue.steering.branch(branch, key)).rejects.toThrow(
      `the key is that of another request, which made job ${id}`,
    );
  });

  test("a picture goes nowhere that depends on the daemon's own folder", async () => {
    await expect(add({ out: "picture.png" })).rejects.toThrow("picture.png: expected an absolute path");
  });

  test("a picture goes to no name that a file cannot have", async () => {
    await expect(add({ out: "/tmp/a\0b.png" })).rejects.toThrow(
      "a path with a zero byte in it leads to no file",
    );
    await expect(add({ out: `/tmp/${"x".repeat(4000)}.png` })).rejects.toThrow(
      /longer than the 255 bytes that a name may have/,
    );
  });

  test("a picture that the daemon has not is read from no place that depends on its own folder", async () => {
    const relative = relativePath(process.cwd(), pictures.content);
    const there = { ...recipe(), content: { file: relative } };
    const refused = `${relative}: expected an absolute path`;
    await expect(system.queue.add(addParams(there))).rejects.toThrow(refused);
    await expect(system.queue.admission.estimate(there)).rejects.toThrow(refused);
    const { sha256 = "" } = (await add()).recipe.content;
    const known = { ...recipe(), content: { file: "photo.png", sha256 } };
    expect((await system.queue.add(addParams(known))).recipe.content).toEqual(known.content);
  });

  test("two jobs do not write over each other's picture", async () => {
    const out = join(folder, "wanted-twice.png");
    const first = await begun({ out });
    const taken = `job ${first} is not done yet and will write to ${out}`;
    for (const spelt of [out, `${folder}/./wanted-twice.png`, `${folder}//wanted-twice.png`])
      await expect(add({ out: spelt })).rejects.toThrow(taken);
    system.checkpoint(first, 100);
    const branch = { job: first, iteration: 100, changes: {}, out };
    await expect(system.queue.steering.branch(branch)).rejects.toThrow(taken);
    // A job that has ended writes nothing any more, unless it is run again.
    await system.queue.cancel({ job: first });
    const second = await add({ out: `${folder}/x/../wanted-twice.png` });
    expect(second.out).toBe(out);
    expect(() => system.queue.retry({ job: first })).toThrow(`job ${second.id} is not done yet`);
    await system.queue.cancel({ job: second.id });
    expect(system.queue.retry({ job: first }).status.state).toBe("queued");
  });

  test("a branch that is refused leaves no files behind", async () => {
    const first = await begun();
    system.checkpoint(first, 100);
    const other = await add();
    const branch = system.queue.steering.branch({
      job: first,
      iteration: 100,
      changes: {},
      out: null,
      after: [other.id],
    });
    // After it was looked at first, and before there is a job.
    await system.queue.cancel({ job: other.id });
    await expect(branch).rejects.toThrow(`job ${other.id} is cancelled`);
    const jobs = [first, other.id];
    expect(readdirSync(join(system.layout.data, "jobs")).filter((id) => !jobs.includes(id))).toEqual([]);
  });

  test("a branch has something left to do", async () => {
    const job = await begun();
    system.checkpoint(job, 200);
    system.checkpoint(job, 300);
    const branch = { job, changes: {}, out: null };
    await expect(system.queue.steering.branch({ ...branch, iteration: null })).rejects.toThrow(
      /nothing is left to do after iteration 300.*branch from 0, 200/,
    );
    expect((await system.queue.steering.branch({ ...branch, iteration: 200 })).progress?.iteration).toBe(200);
    // Where it converged, a change may have it go on, but nothing else does.
    system.finish(job);
    await vi.waitFor(() => expect(system.find(job).status.state).toBe("done"));
    const changed = { ...branch, iteration: null, changes: { style: 2 } };
    expect((await system.queue.steering.branch(changed)).branchedFrom?.iteration).toBe(200);
  });

  test("a job whose picture cannot be put anywhere ends, and who stops it meanwhile is answered", async () => {
    const nowhere = await begun({ out: "/proc/nowhere/x.png" });
    system.finish(nowhere);
    expect((await system.queue.cancel({ job: nowhere })).status).toMatchObject({
      state: "done",
      problem: expect.any(String),
    });
  });

  test("a branch's picture goes nowhere that a job's may not go", async () => {
    const job = await begun();
    const branch = async (out: string) =>
      await system.queue.steering.branch({ job, iteration: null, changes: {}, out });
    await expect(branch(join(folder, "x.jpg"))).rejects.toThrow(/jobs write \.png/);
    await expect(branch(pictures.content)).rejects.toThrow(/is a file that this one is made from/);
  });

  test("an edit cannot let a job write over its own picture", async () => {
    await system.queue.pause({ job: null });
    const out = join(folder, "own.png");
    const { id, recipe: before } = await add({ out });
    copyFileSync(pictures.content, out);
    const own = { ...before, content: { file: out } };
    await expect(system.queue.edit({ job: id, recipe: own, timeline: null })).rejects.toThrow(
      /own\.png is a file that this one is made from/,
    );
  });

  test("losses that are made again come once", async () => {
    const id = await begun();
    const losses = () => system.queue.records.losses({ job: id, points: 100 }).map((loss) => loss.iteration);
    system.progress(id, 1, 2, 3, 4, 5);
    await set(id, { style: 2 });
    system.checkpoint(id, 6);
    expect(losses()).toEqual([1, 2, 3, 4, 5, 6]);
    system.progress(id, 5, 6, 7);
    expect(losses()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test("a full disk tells of an end once, and has it in the end", async () => {
    const id = await begun();
    const { max_page_count: most } = system.database.prepare("PRAGMA max_page_count").get() as {
      max_page_count: number;
    };
    // No page is left, as on a full disk.
    system.database.exec("VACUUM; PRAGMA max_page_count = 1");
    const { page_count: pages } = system.database.prepare("PRAGMA page_count").get() as {
      page_count: number;
    };
    expect(pages).toBeGreaterThan(1);
    for (let i = 0; i < 400; i++) system.progress(id);
    system.finish(id);
    await vi.waitFor(() => expect(system.find(id).status.state).toBe("done"));
    const ends = () =>
      system.events.filter((event) => event.event === "job" && event.job.status.state === "done").length;
    expect(ends()).toBe(1);
    expect(shown(id).job.status.state).toBe("done");
    expect(system.queue.records.losses({ job: id, points: 1000 }).length).toBe(400);
    system.database.exec(`PRAGMA max_page_count = ${most}`);
    await setTimeout(5500);
    expect(ends()).toBe(1);
    system.restart();
    expect(system.find(id).status.state).toBe("done");
  });
});

describe("prune", () => {
  const prune = async (jobs: boolean) => await system.queue.prune({ days: -1, jobs, remove: true });

  test("leaves the pictures of jobs that are being added", async () => {
    await system.queue.pause({ job: null });
    for (let i = 0; i < 20; i++) {
      const [job] = await Promise.all([add(), setTimeout(i % 10).then(async () => await prune(false))]);
      for (const { sha256 = "" } of [job.recipe.content, ...job.recipe.styles])
        expect(existsSync(join(system.layout.pictures, sha256))).toBe(true);
      await system.queue.remove({ job: job.id });
    }
    expect((await prune(false)).pictures).toBeGreaterThan(0);
  });

  test("leaves a picture that one of two jobs is still being made with", async () => {
    const store = new PictureStore(join(folder, "store"));
    const { sha256 } = await store.keep({ file: pictures.content });
    await store.keep({ file: pictures.content });
    store.release([sha256]);
    await store.clean(() => new Set(), true);
    expect(await store.has(sha256)).toBe(true);
    store.release([sha256]);
    await store.clean(() => new Set(), true);
    expect(await store.has(sha256)).toBe(false);
  });

  test("leaves a picture that somebody asked for and was told is there, or sent, and no other", async () => {
    const [asked, sent, absent] = [
      readFileSync(pictures.content),
      readFileSync(pictures.style),
      Buffer.from("x"),
    ];
    const hashOf = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
    const fileOf = (bytes: Buffer) => join(system.layout.pictures, hashOf(bytes));
    writeFileSync(fileOf(asked), asked);
    const wish = { sha256: [asked, sent, absent].map(hashOf) };
    expect(await system.queue.have(wish)).toEqual({ missing: [sent, absent].map(hashOf) });
    await system.queue.upload({
      sha256: hashOf(sent),
      total: sent.length,
      offset: 0,
      data: sent.toString("base64"),
    });
    writeFileSync(fileOf(absent), absent);
    expect((await prune(false)).pictures).toBe(1);
    expect([asked, sent, absent].map((bytes) => existsSync(fileOf(bytes)))).toEqual([true, true, false]);
  });

  test("of many jobs leaves others their turn", async () => {
    await system.queue.pause({ job: null });
    const { id } = await add();
    await system.queue.cancel({ job: id });
    const copy = system.database.prepare(
      `INSERT INTO jobs SELECT :copy, :copy, recipe, job_group, priority, position, after, out, created, finished, state,
         status, plan, progress, stalls, branched_from FROM jobs WHERE id = :id`,
    );
    system.database.exec("BEGIN");
    for (let i = 0; i < 2000; i++) copy.run({ id, copy: `copy${i}` });
    system.database.exec("COMMIT");
    let turns = 0;
    let isOver = false;
    const take = () => {
      turns++;
      if (!isOver) setImmediate(take);
    };
    take();
    await system.queue.prune({ days: -1, jobs: false, remove: false });
    isOver = true;
    expect(turns).toBeGreaterThan(50);
  });

  test("frees pictures also beside a job whose recipe could no longer be added", async () => {
    await system.queue.pause({ job: null });
    const [old, other] = [await add(), await add()];
    await system.queue.cancel({ job: old.id });
    system.database.exec(
      `UPDATE jobs SET recipe = json_set(recipe, '$.crop', '${"1".repeat(100)}:1') WHERE id = '${old.id}'`,
    );
    await system.queue.remove({ job: other.id });
    expect(await prune(false)).toMatchObject({ pictures: 0 });
    expect(await prune(true)).toMatchObject({ jobs: 1, pictures: 2 });
  });

  test("leaves a job that is taken up again meanwhile", async () => {
    await system.queue.pause({ job: null });
    const ids: string[] = [];
    for (let i = 0; i < 10; i++) {
      const { id } = await add();
      await system.queue.cancel({ job: id });
      ids.push(id);
    }
    const last = ids.at(-1) as string;
    const pruned = prune(true);
    system.queue.retry({ job: last });
    expect((await pruned).jobs).toBe(9);
    expect(system.jobs().map(({ id }) => id)).toEqual([last]);
  });
});
