import { execFileSync } from "node:child_process";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import type { CheckpointInfo, Job } from "../../shared/jobs.ts";
import { addParams, startDaemon, untilIteration, untilJob, workerPid } from "../support/daemon.ts";
import { makeInForeground } from "../support/foreground.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();
/** Enough for something to happen on the way. */
const ITERATIONS = 100;
let pictures: { content: string; style: string };
let undisturbed: Buffer;

async function pixelsOf(job: Job | string): Promise<Buffer> {
  const file =
    typeof job === "string" ? job : job.status.state === "done" ? job.status.picture : "no picture";
  return await sharp(file).raw().toBuffer();
}

const recipe = () => smallRecipe(pictures, { iterations: ITERATIONS });
const EACH = ["--weights", "untrained", "--checkpoint-seconds", "0"];
/** Which takes less than one after each iteration. */
const OFTEN = ["--weights", "untrained", "--checkpoint-seconds", "0.1"];

/** Environment of a daemon whose workers get into trouble; see support/troubled-worker.ts. */
const trouble = (kind: "die" | "hang", home: string) => ({
  NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, "../support/troubled-worker.ts")).href}`,
  TROUBLE: kind,
  TROUBLE_MARK: join(home, "troubled"),
});

beforeAll(async () => {
  pictures = await smallPictures(folder);
  const out = join(folder, "undisturbed.png");
  await makeInForeground(recipe(), out);
  undisturbed = await pixelsOf(out);
});

describe("a job under the daemon", () => {
  test("ends with the same bits as in the foreground, and its picture goes where it was wanted", async () => {
    const daemon = await startDaemon(newHome());
    const client = await daemon.connect();
    const out = join(daemon.home, "results/picture.png");
    const { id } = await client.request("add", addParams(recipe(), { out }));
    const job = await untilJob(client, id);
    expect(job.status).toMatchObject({ state: "done", problem: null });
    expect(await pixelsOf(job)).toEqual(undisturbed);
    expect(await pixelsOf(out)).toEqual(undisturbed);
  });

  test("survives the kill of its worker, to the same bits", async () => {
    const daemon = await startDaemon(newHome(), OFTEN);
    const client = await daemon.connect();
    const { id } = await client.request("add", addParams(recipe()));
    await untilIteration(client, id, 4);
    process.kill(await workerPid(client), "SIGKILL");
    await untilJob(client, id, ({ status }) => status.state === "queued");
    const job = await untilJob(client, id);
    expect(await pixelsOf(job)).toEqual(undisturbed);
    expect((await client.request("status", {})).workers[0]?.restarts).toBe(1);
  });

  test("survives the kill of the daemon, to the same bits", async () => {
    const home = newHome();
    const daemon = await startDaemon(home, EACH);
    const client = await daemon.connect();
    const { id } = await client.request("add", addParams(recipe()));
    await untilIteration(client, id, 4);
    await daemon.kill();
    const next = await startDaemon(home, EACH);
    const again = await next.connect();
    const { checkpoints } = await again.request("show", { job: id });
    expect(checkpoints.at(-1)?.iteration).toBeGreaterThanOrEqual(3);
    expect(await pixelsOf(await untilJob(again, id))).toEqual(undisturbed);
    const { text } = await again.request("log", { job: id, offset: 0 });
    expect(text).toMatch(/the daemon was gone without ending it; it goes on from iteration \d+/);
  });

  test("can be branched from on its way, however soon it was done, and goes on from nothing less than a whole checkpoint", async () => {
    const daemon = await startDaemon(newHome(), ["--weights", "untrained", "--checkpoint-seconds", "9999"]);
    const client = await daemon.connect();
    const { id } = await client.request("add", addParams(recipe()));
    await untilIteration(client, id, 3);
    process.kill(await workerPid(client), "SIGKILL");
    expect(await pixelsOf(await untilJob(client, id))).toEqual(undisturbed);
    const { checkpoints } = await client.request("show", { job: id });
    expect(checkpoints[0]).toMatchObject({ iteration: Math.ceil(ITERATIONS / 10), whole: false });
    const { iteration } = checkpoints[0] as CheckpointInfo;
    const branch = await client.request("branch", { job: id, iteration, changes: { style: 3 }, out: null });
    expect((await untilJob(client, branch.id)).status.state).toBe("done");
  });

  test("goes on where SIGTERM stopped it, which ends the daemon with code 0", async () => {
    const home = newHome();
    // No whole checkpoint but the one that is made at the end.
    const slow = ["--weights", "untrained", "--checkpoint-seconds", "9999"];
    const daemon = await startDaemon(home, slow);
    const client = await daemon.connect();
    const { id } = await client.request("add", addParams(recipe()));
    await untilIteration(client, id, 4);
    // What a terminal that is closed says to all that run in it.
    process.kill(await workerPid(client), "SIGHUP");
    expect(await daemon.end()).toBe(0);
    const again = await (await startDaemon(home, slow)).connect();
    const { job, checkpoints } = await again.request("show", { job: id });
    expect(checkpoints.filter(({ whole }) => whole).length).toBe(1);
    expect(job.progress?.iteration).toBeGreaterThanOrEqual(4);
    expect(await pixelsOf(await untilJob(again, id))).toEqual(undisturbed);
  });

  test("survives a worker that hangs", async () => {
    const daemon = await startDaemon(newHome(), [...OFTEN, "--worker-silence", "5"]);
    const client = await daemon.connect();
    const { id } = await client.request("add", addParams(recipe()));
    await untilIteration(client, id, 3);
    process.kill(await workerPid(client), "SIGSTOP");
    expect(await pixelsOf(await untilJob(client, id))).toEqual(undisturbed);
    const log = await client.request("log", { job: id, offset: 0 });
    expect(log.text).toContain("it hung: no sign of life");
  });

  test("survives an evaluation that never ends", async () => {
    const home = newHome();
    const daemon = await startDaemon(home, [...OFTEN, "--iteration-limit", "15"], trouble("hang", home));
    const client = await daemon.connect();
    const { id } = await client.request("add", addParams(recipe()));
    expect(await pixelsOf(await untilJob(client, id))).toEqual(undisturbed);
    const log = await client.request("log", { job: id, offset: 0 });
    expect(log.text).toContain("it hung: nothing came of its work for 15 s");
  });

  test("fails when workers die at the same iteration, over and over", async () => {
    const home = newHome();
    const daemon = await startDaemon(home, EACH, trouble("die", home));
    const client = await daemon.connect();
    const { id } = await client.request("add", addParams(recipe()));
    const { status, progress } = await untilJob(client, id);
    expect(status).toMatchObject({ state: "failed", reason: expect.stringMatching(/died 3 times/) });
    expect(progress?.iteration).toBe(4);
  });

  test("fails when workers keep dying over it, and the next one runs", async () => {
    const daemon = await startDaemon(newHome());
    const client = await daemon.connect();
    const poison = await client.request("add", addParams(recipe(), { held: true }));
    const next = await client.request("add", addParams(recipe(), { after: [], held: true }));
    client.on("event", (event) => {
      // Each worker dies as soon as it takes the job.
      if (event.event === "worker" && event.worker.job === poison.id && event.worker.pid !== null)
        process.kill(event.worker.pid, "SIGKILL");
    });
    await client.request("resume", { job: poison.id });
    await client.request("resume", { job: next.id });
    const job = await untilJob(client, poison.id);
    expect(job.status).toMatchObject({ state: "failed", reason: expect.stringMatching(/died 3 times/) });
    expect((await untilJob(client, next.id)).status.state).toBe("done");
  });

  test("needs its original pictures no more once it is added", async () => {
    const own = join(folder, "own.png");
    copyFileSync(pictures.content, own);
    const daemon = await startDaemon(newHome());
    const client = await daemon.connect();
    const { id } = await client.request(
      "add",
      addParams({ ...recipe(), content: { file: own } }, { held: true }),
    );
    rmSync(own);
    await client.request("resume", { job: id });
    expect(await pixelsOf(await untilJob(client, id))).toEqual(undisturbed);
  });
});

describe("a home", () => {
  test("has one daemon at a time, and a killed one leaves no lock behind", async () => {
    const home = newHome();
    const first = await startDaemon(home);
    await expect(startDaemon(home)).rejects.toThrow(/a daemon is already at work on this home/);
    await first.kill();
    const second = await startDaemon(home);
    await expect((await second.connect()).request("status", {})).resolves.toMatchObject({ pid: second.pid });
  });

  test("is for its owner alone", async () => {
    const daemon = await startDaemon(newHome());
    const { home } = daemon;
    const client = await daemon.connect();
    const { id } = await client.request("add", addParams(smallRecipe(pictures, { iterations: 2 })));
    await untilJob(client, id);
    const open = execFileSync("find", [home, "-mindepth", "1", "-perm", "/077", "-not", "-type", "s"])
      .toString()
      .split("\n")
      .filter((path) => path !== "");
    expect(open).toEqual([]);
    const modes = execFileSync("stat", [
      "-c",
      "%a",
      join(home, "data"),
      join(home, "run"),
      join(home, "run/daemon.sock"),
    ]);
    expect(modes.toString().trim().split("\n")).toEqual(["700", "700", "600"]);
  });
});
