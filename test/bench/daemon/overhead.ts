import { readFileSync } from "node:fs";
import { join } from "node:path";
import { atelier } from "../../support/atelier.ts";
import { addParams, untilJob } from "../../support/daemon.ts";
import { realRecipe } from "../../support/recipes.ts";
import { median, startBenched } from "./process.ts";

const [SIZE, ITERATIONS, ROUNDS] = [256, 60, 5];

/** Seconds per iteration under the daemon with one watching client, against `atelier run`, turn by turn. */
export async function measureOverhead(folder: string, pictures: { content: string; style: string }) {
  await using daemon = await startBenched(join(folder, "overhead"));
  const recipe = realRecipe(pictures, { size: SIZE, iterations: ITERATIONS });
  let previews = 0;
  daemon.client.on("picture", () => previews++);
  const alone: number[] = [];
  const watched: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const trace = join(folder, "trace.jsonl");
    await atelier(
      [
        ...`run --weights untrained --stages single --size ${SIZE} --iterations ${ITERATIONS}`.split(" "),
        "--content",
        pictures.content,
        "--style",
        pictures.style,
        "--trace",
        trace,
        "--out",
        join(folder, "alone.png"),
      ],
      folder,
    );
    const lines = readFileSync(trace, "utf8").trim().split("\n");
    alone.push(perIteration(lines.map((line) => (JSON.parse(line) as { seconds: number }).seconds)));

    const { id } = await daemon.client.request("add", addParams(recipe));
    await daemon.client.request("watch", { job: id, format: "jpeg", width: 400, perSecond: 2 });
    await untilJob(daemon.client, id);
    const losses = await daemon.client.request("losses", { job: id, points: 20_000 });
    watched.push(perIteration(losses.map(({ seconds }) => seconds)));
  }
  return {
    size: SIZE,
    rounds: ROUNDS,
    previews,
    aloneSecondsPerIteration: median(alone),
    watchedSecondsPerIteration: median(watched),
    overhead: median(watched.map((seconds, i) => seconds / (alone[i] ?? Number.NaN) - 1)),
  };
}

/** Without the first iteration, which opens the stage. */
function perIteration(seconds: readonly number[]): number {
  return ((seconds.at(-1) ?? 0) - (seconds[0] ?? 0)) / (seconds.length - 1);
}
