import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants, getPriority } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { listGpus } from "../../../daemon/devices/gpus.ts";
import type { Job } from "../../../shared/jobs.ts";
import type { Recipe } from "../../../shared/recipe.ts";
import type { WorkerInfo } from "../../../shared/requests.ts";
import type { Connection } from "../../../tui/client/connection.ts";
import { atelier } from "../../support/atelier.ts";
import { addParams, pidOf, startDaemon, untilIteration, untilJob } from "../../support/daemon.ts";
import { makeInForeground } from "../../support/foreground.ts";
import { smallPictures } from "../../support/pictures.ts";
import { smallRecipe } from "../../support/recipes.ts";
import { lendSwiftShader, swiftShader } from "../../support/swiftshader.ts";
import { newHome, temporaryFolder } from "../../support/temporary.ts";

const folder = temporaryFolder();
const gpus = await listGpus();
let pictures: { content: string; style: string };
const UNTRAINED = ["--weights", "untrained"];

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

/** Waits until the workers are as `areSo` wants them, by the daemon's events. */
async function untilWorkers(
  daemon: Connection,
  areSo: (workers: readonly WorkerInfo[]) => boolean,
): Promise<WorkerInfo[]> {
  return await new Promise((resolve, reject) => {
    const look = async () => {
      const { workers } = await daemon.request("status", {});
      if (!areSo(workers)) return;
      daemon.off("event", onEvent);
      resolve(workers);
    };
    const onEvent = () => {
      look().catch(reject);
    };
    daemon.on("event", onEvent);
    onEvent();
  });
}

async function pixelsOf({ status }: Job): Promise<Buffer> {
  if (status.state !== "done") throw new Error(`the job is ${status.state}`);
  return await sharp(status.picture).raw().toBuffer();
}

/** Niceness and processor time, in ticks, of a process's threads. */
function threadsOf(pid: number): { nice: number; ticks: number }[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8");
    const fields = (stat.split(") ")[1] ?? "").split(" ").map(Number);
    return { nice: fields[16] ?? Number.NaN, ticks: (fields[11] ?? 0) + (fields[12] ?? 0) };
  });
}

test.skipIf(process.platform !== "linux")(
  "all that computes on the processor gives way to who waits for an answer",
  async () => {
    const daemon = await startDaemon(newHome(), [...UNTRAINED, "--threads", "2"]);
    const client = await daemon.connect();
    const { id } = await client.request("add", addParams(smallRecipe(pictures, { iterations: 1_000_000 })));
    await untilIteration(client, id, 10);
    const { workers } = await client.request("status", {});
    const threads = threadsOf(pidOf(workers[0]));
    const most = Math.max(...threads.map(({ ticks }) => ticks));
    const busy = threads.filter(({ ticks }) => ticks > most / 5);
    expect(busy.map(({ nice }) => nice)).toEqual(busy.map(() => constants.priority.PRIORITY_BELOW_NORMAL));
    expect(getPriority(daemon.pid)).toBe(getPriority());
    // Where the system weighs sessions, the worker's is as nice.
    const autogroup = `/proc/${workers[0]?.pid}/autogroup`;
    const weighed = existsSync(autogroup) ? readFileSync(autogroup, "utf8") : "no sessions, as if nice 10";
    expect(weighed.trim()).toMatch(/ nice 10$/);
  },
);

describe("a daemon with several devices", () => {
  test("works on as many jobs at once, to the same bits as on one of them alone", async () => {
    const daemon = await startDaemon(newHome(), [...UNTRAINED, "--device", "cpu:0,cpu:1"]);
    const client = await daemon.connect();
    const recipes = [1, 2, 3].map((contentWeight) =>
      smallRecipe(pictures, { iterations: 100, contentWeight }),
    );
    const jobs = await Promise.all(
      recipes.map(async (recipe) => await client.request("add", addParams(recipe))),
    );
    const both = await untilWorkers(client, (workers) => workers.every(({ job }) => job !== null));
    expect(both.map(({ id }) => id)).toEqual(["onnx/cpu:0", "onnx/cpu:1"]);
    expect(both.every(({ device }) => device.startsWith("cpu, 1 thread "))).toBe(true);
    const [first, second] = both.map(({ job }) => job);
    expect(first).not.toBe(second);
    const ended = await Promise.all(jobs.map(async ({ id }) => await untilJob(client, id)));
    for (const [i, job] of ended.entries()) {
      const out = join(folder, `alone${i}.png`);
      await makeInForeground(recipes[i] as Recipe, out);
      expect(await pixelsOf(job)).toEqual(await sharp(out).raw().toBuffer());
    }
  });

  test("a worker that is killed leaves the other alone", async () => {
    const daemon = await startDaemon(newHome(), [
      ...UNTRAINED,
      "--device",
      "cpu:0,cpu:1",
      "--checkpoint-seconds",
      "0",
    ]);
    const client = await daemon.connect();
    const jobs = await Promise.all(
      [1, 2].map(
        async () => await client.request("add", addParams(smallRecipe(pictures, { iterations: 100 }))),
      ),
    );
    const workers = await untilWorkers(
      client,
      (all) => all.length === 2 && all.every(({ job }) => job !== null),
    );
    process.kill(pidOf(workers[0]), "SIGKILL");
    const ended = await Promise.all(jobs.map(async ({ id }) => await untilJob(client, id)));
    const [one, other] = await Promise.all(ended.map(pixelsOf));
    expect(one).toEqual(other);
    const after = (await client.request("status", {})).workers;
    expect(after.map(({ restarts }) => restarts)).toEqual([1, 0]);
  });

  test.skipIf(swiftShader === undefined)(
    "sets aside what does not work with its reason, goes on without, and tries it again",
    async () => {
      const home = newHome();
      const daemon = await startDaemon(home, [
        ...UNTRAINED,
        "--device",
        "cpu,swiftshader",
        "--device-retry",
        "0.5",
      ]);
      const client = await daemon.connect();
      const [, aside] = await untilWorkers(client, ([, second]) => second?.state === "aside");
      expect(aside?.detail).toMatch(/atelier setup swiftshader.*tried again in/s);
      const { id } = await client.request("add", addParams(smallRecipe(pictures, { iterations: 3 })));
      expect((await untilJob(client, id)).status.state).toBe("done");
      lendSwiftShader(home);
      const [, ready] = await untilWorkers(client, ([, second]) => second?.state === "ready");
      expect(ready?.device).toMatch(/SwiftShader/);
    },
  );

  test.skipIf(swiftShader === undefined)(
    "sets aside what breaks between jobs, and its job goes on elsewhere",
    async () => {
      const home = newHome();
      lendSwiftShader(home);
      const mark = join(home, "broken");
      const daemon = await startDaemon(
        home,
        [...UNTRAINED, "--device", "swiftshader,cpu", "--device-retry", "0.5"],
        {
          NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, "../../support/troubled-worker.ts")).href}`,
          TROUBLE: "break",
          TROUBLE_MARK: mark,
        },
      );
      const client = await daemon.connect();
      const areReady = (workers: readonly WorkerInfo[]) =>
        workers.length === 2 && workers.every(({ state }) => state === "ready");
      await untilWorkers(client, areReady);
      writeFileSync(mark, "");
      const { id } = await client.request("add", addParams(smallRecipe(pictures, { iterations: 3 })));
      const [aside] = await untilWorkers(client, ([first]) => first?.state === "aside");
      expect(aside?.detail).toMatch(/the device was lost.*tried again in/s);
      expect((await untilJob(client, id)).status.state).toBe("done");
      const { text } = await client.request("log", { job: id, offset: 0 });
      expect(text).toMatch(/the worker is gone: the device onnx\/swiftshader does not work here/);
      rmSync(mark);
      await untilWorkers(client, areReady);
    },
  );

  test.skipIf(gpus.length > 0)(
    "without the GPU that it was told to use, it keeps the jobs and says why",
    async () => {
      const daemon = await startDaemon(newHome(), [...UNTRAINED, "--device", "gpu"]);
      const client = await daemon.connect();
      const [worker] = await untilWorkers(client, ([first]) => first?.state === "aside");
      expect(worker?.detail).toMatch(/onnx\/webgpu: no GPU[\s\S]*onnx\/cuda:0: no NVIDIA GPU/);
      const { id } = await client.request("add", addParams(smallRecipe(pictures)));
      expect((await client.request("show", { job: id })).job.status).toEqual({
        state: "queued",
        held: false,
      });
    },
  );

  test.skipIf(process.platform !== "linux" || gpus.length > 0)(
    "gives a card whose driver comes late, and that it was told of twice, to one worker",
    async () => {
      const home = newHome();
      const driver = join(home, "driver");
      // Nobody has to find more than the names; what is in them does not work.
      writeFileSync(join(home, "libvulkan.so.1"), "");
      writeFileSync(join(home, "icd.json"), "{}");
      const answer = `[ -e ${driver} ] || exit 1; sleep 0.2; echo "0, GPU-1, A Card, 580.1, 8000, 0, 0, 40"`;
      writeFileSync(join(home, "nvidia-smi"), `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
      const daemon = await startDaemon(
        home,
        [...UNTRAINED, "--device", "webgpu,gpu", "--device-retry", "0.5"],
        {
          PATH: `${home}:${process.env["PATH"]}`,
          LD_LIBRARY_PATH: home,
          VK_DRIVER_FILES: join(home, "icd.json"),
        },
      );
      const client = await daemon.connect();
      const isWithout = ({ state, detail }: WorkerInfo) => state === "aside" && detail.includes("no GPU");
      await untilWorkers(client, (workers) => workers.length === 2 && workers.every(isWithout));
      writeFileSync(driver, "");
      const workers = await untilWorkers(client, (all) => !all.some(isWithout));
      const spare = workers.filter(({ detail }) => detail.includes("has a worker already"));
      expect(spare).toMatchObject([{ pid: null }]);
    },
  );

  test.skipIf(gpus.length > 0)("whoever starts it is told that no device works", async () => {
    const home = newHome();
    const { code, stderr } = await atelier(["up", ...UNTRAINED, "--device", "gpu"], home);
    await atelier(["down"], home);
    expect(code).toBe(0);
    expect(stderr).toMatch(/jobs will wait until a device works: .*--device gpu:\n {2}onnx\/webgpu: no GPU/);
  });

  test("refuses a device that it cannot read", async () => {
    await expect(startDaemon(newHome(), ["--device", "cpu;cuda"])).rejects.toThrow(/expected auto, gpu, cpu/);
  });
});
