import { fork } from "node:child_process";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { addParams, socketOf, untilIteration } from "../../support/daemon.ts";
import { realRecipe } from "../../support/recipes.ts";
import { median, startBenched } from "./process.ts";

const TURN_SECONDS = 30;

/** Iterations per second with 64 clients and without, in turns; the daemon's memory and its loop all the while. */
export async function measureClients(
  folder: string,
  pictures: { content: string; style: string },
  minutes: number,
) {
  const home = join(folder, "clients");
  await using daemon = await startBenched(home);
  const { id } = await daemon.client.request(
    "add",
    addParams(realRecipe(pictures, { size: 128, iterations: 1_000_000 })),
  );
  await untilIteration(daemon.client, id, 20);
  const iteration = async () =>
    (await daemon.client.request("show", { job: id })).job.progress?.iteration ?? 0;
  const quiet: number[] = [];
  const crowded: number[] = [];
  const memory: number[] = [];
  const busy: number[] = [];
  const rate = async () => {
    const [from, began, cpu] = [await iteration(), performance.now(), daemon.cpuSeconds()];
    await setTimeout(1000 * TURN_SECONDS);
    memory.push(daemon.rssBytes());
    busy.push((1000 * (daemon.cpuSeconds() - cpu)) / (performance.now() - began));
    return (1000 * ((await iteration()) - from)) / (performance.now() - began);
  };
  const turns = Math.max(1, Math.round((60 * minutes) / TURN_SECONDS / 2));
  for (let turn = 0; turn < turns; turn++) {
    quiet.push(await rate());
    const crowd = fork(join(import.meta.dirname, "crowd.ts"), [socketOf(home), id], { stdio: "inherit" });
    await setTimeout(2000);
    crowded.push(await rate());
    crowd.kill("SIGKILL");
    process.stderr.write(
      `turn ${turn + 1} of ${turns}: ${quiet.at(-1)?.toFixed(2)} and ${crowded.at(-1)?.toFixed(2)} iterations/s, ${((memory.at(-1) ?? 0) / 1e6).toFixed(0)} MB\n`,
    );
  }
  const { loopDelayP999Ms } = await daemon.client.request("status", {});
  return {
    minutes: (2 * turns * TURN_SECONDS) / 60,
    quietIterationsPerSecond: median(quiet),
    crowdedIterationsPerSecond: median(crowded),
    loss: 1 - median(crowded.map((one, i) => one / (quiet[i] ?? Number.NaN))),
    /** Share of one core that the daemon takes: of little doubt also where the machine is shared. */
    daemonCpuShare: {
      quiet: median(busy.filter((_, i) => i % 2 === 0)),
      crowded: median(busy.filter((_, i) => i % 2 === 1)),
    },
    memoryMegabytes: {
      first: (memory[0] ?? 0) / 1e6,
      last: (memory.at(-1) ?? 0) / 1e6,
      most: Math.max(...memory) / 1e6,
    },
    loopDelayP999Ms,
  };
}
