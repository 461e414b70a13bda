import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type DeviceId, nameOfDevice } from "../../../shared/devices.ts";
import type { Objective } from "../../../shared/objective.ts";
import { addParams, untilIteration } from "../../support/daemon.ts";
import { realRecipe } from "../../support/recipes.ts";
import { lendSetups } from "../../support/setups.ts";
import { startBenched } from "../daemon/process.ts";
import { type Row, row, verdictOf } from "./report.ts";

const CHANGE_EVERY_MS = 2000;
/** Minutes without a word look like a program that hangs, and what was told survives its end. */
const TELL_EVERY_MS = 30_000;

/** A job of the real daemon under changes; its worker is killed half-way, and the job must go on. */
export async function soak(
  device: DeviceId,
  folder: string,
  pictures: { content: string; style: string },
  { side, soakSeconds: seconds, objective }: { side: number; soakSeconds: number; objective: Objective },
): Promise<Row> {
  return await row(
    `${nameOfDevice(device)}, ${seconds} s of a job under changes and a kill`,
    "goes on",
    async () => {
      const home = join(folder, "soak");
      lendSetups(home);
      await using daemon = await startBenched(home, [
        "--device",
        nameOfDevice(device),
        "--checkpoint-seconds",
        "5",
      ]);
      const { client } = daemon;
      const { id } = await client.request(
        "add",
        addParams(realRecipe(pictures, { size: side, iterations: 1_000_000, objective })),
      );
      await untilIteration(client, id, 1);
      const progress = async () => (await client.request("show", { job: id })).job.progress?.iteration ?? 0;
      const loads: number[] = [];
      const end = performance.now() + 1000 * seconds;
      const middle = performance.now() + 500 * seconds;
      let [killedAt, changes] = [-1, 0];
      let tellAt = performance.now() + TELL_EVERY_MS;
      while (performance.now() < end) {
        await client.request("set", { job: id, changes: { style: 1 + (changes++ % 5) } });
        const [worker] = (await client.request("status", {})).workers;
        if (worker?.load?.percent != null) loads.push(worker.load.percent);
        if (killedAt < 0 && performance.now() > middle && worker?.pid != null) {
          killedAt = await progress();
          process.kill(worker.pid, "SIGKILL");
          await untilIteration(client, id, killedAt + 1);
        }
        if (performance.now() > tellAt) {
          tellAt += TELL_EVERY_MS;
          const left = Math.round((end - performance.now()) / 1000);
          process.stderr.write(
            `  ${await progress()} iterations, ${changes} changes, ${worker?.restarts} restart, ${left} s to go\n`,
          );
        }
        await setTimeout(CHANGE_EVERY_MS);
      }
      const [worker] = (await client.request("status", {})).workers;
      const done = await progress();
      const load = loads.length === 0 ? null : loads.reduce((sum, one) => sum + one, 0) / loads.length;
      const busy = load === null ? "load unknown" : `device ${load.toFixed(0)} % busy`;
      return {
        measured: `${done} iterations, ${changes} changes, ${worker?.restarts} restart, ${busy}`,
        verdict: verdictOf(killedAt > 0 && done > killedAt && worker?.restarts === 1),
        figures: { iterations: done, changes, killedAt, load },
      };
    },
  );
}
