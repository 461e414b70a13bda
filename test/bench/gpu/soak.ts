import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { addParams, untilIteration } from "../../support/daemon.ts";
import { smallRecipe } from "../../support/recipes.ts";
import { lendSwiftShader } from "../../support/swiftshader.ts";
import { startBenched } from "../daemon/process.ts";
import { type Row, row } from "./report.ts";

const CHANGE_EVERY_MS = 2000;

/** A job of the real daemon under changes; its worker is killed half-way, and the job must go on. */
export async function soak(
  device: string,
  folder: string,
  pictures: { content: string; style: string },
  { size, seconds }: { size: number; seconds: number },
): Promise<Row> {
  return await row(`${device}, ${seconds} s of a job with changes and a kill`, "goes on", async () => {
    const home = join(folder, "soak");
    lendSwiftShader(home);
    await using daemon = await startBenched(home, ["--device", device, "--checkpoint-seconds", "5"]);
    const { client } = daemon;
    const { id } = await client.request(
      "add",
      addParams(smallRecipe(pictures, { size, iterations: 1_000_000 })),
    );
    await untilIteration(client, id, 1);
    const progress = async () => (await client.request("show", { job: id })).job.progress?.iteration ?? 0;
    const loads: number[] = [];
    const end = performance.now() + 1000 * seconds;
    const middle = performance.now() + 500 * seconds;
    let [killedAt, changes] = [-1, 0];
    while (performance.now() < end) {
      await client.request("set", { job: id, changes: { style: 1 + (changes++ % 5) } });
      const [worker] = (await client.request("status", {})).workers;
      if (worker?.load?.percent != null) loads.push(worker.load.percent);
      if (killedAt < 0 && performance.now() > middle && worker?.pid != null) {
        killedAt = await progress();
        process.kill(worker.pid, "SIGKILL");
        await untilIteration(client, id, killedAt + 1);
      }
      await setTimeout(CHANGE_EVERY_MS);
    }
    const [worker] = (await client.request("status", {})).workers;
    const done = await progress();
    const load = loads.reduce((sum, one) => sum + one, 0) / loads.length;
    return {
      measured: `${done} iterations, ${changes} changes, ${worker?.restarts} restart, device ${load.toFixed(0)} % busy`,
      isGood: killedAt > 0 && done > killedAt && worker?.restarts === 1,
    };
  });
}
