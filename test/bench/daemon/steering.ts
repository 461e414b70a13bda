import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Connection } from "../../../tui/client/connection.ts";
import { addParams, untilIteration } from "../../support/daemon.ts";
import { realRecipe } from "../../support/recipes.ts";
import { median, quantile, startBenched } from "./process.ts";

const CHANGES = 60;

/** From `set` to its effect, in iterations and seconds; and from there until another client has heard of it. */
export async function measureSteering(folder: string, pictures: { content: string; style: string }) {
  await using daemon = await startBenched(join(folder, "steering"));
  const other = new Connection(daemon.client.address);
  await other.open();
  const { id } = await daemon.client.request(
    "add",
    addParams(realRecipe(pictures, { size: 192, iterations: 100_000 })),
  );
  await untilIteration(daemon.client, id, 3);
  const heardAt = new Map<number, number>();
  other.on("event", (event) => {
    if (event.event === "changed") heardAt.set(event.iteration, performance.now());
  });
  const seconds: number[] = [];
  const iterations: number[] = [];
  const hearing: number[] = [];
  for (let i = 0; i < CHANGES; i++) {
    await setTimeout(100 + 7 * i);
    const { job } = await daemon.client.request("show", { job: id });
    const began = performance.now();
    const { iteration } = await daemon.client.request("set", { job: id, changes: { style: 1 + (i % 5) } });
    const answered = performance.now();
    seconds.push((answered - began) / 1000);
    iterations.push(iteration - (job.progress?.iteration ?? 0));
    while (!heardAt.has(iteration)) await setTimeout(1);
    hearing.push((heardAt.get(iteration) ?? 0) - answered);
  }
  other.close();
  const losses = await daemon.client.request("losses", { job: id, points: 20_000 });
  const steps = losses.slice(1).map((loss, i) => loss.seconds - (losses[i]?.seconds ?? 0));
  return {
    changes: CHANGES,
    secondsPerIteration: { median: median(steps), worst: Math.max(...steps) },
    secondsUntilEffect: { median: median(seconds), worst: Math.max(...seconds) },
    iterationsUntilEffect: { median: median(iterations), worst: Math.max(...iterations) },
    millisecondsUntilOthersHear: { p95: quantile(hearing, 0.95), worst: Math.max(...hearing) },
  };
}
