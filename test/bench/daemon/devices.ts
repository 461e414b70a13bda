import { addParams, untilJob } from "../../support/daemon.ts";
import { realRecipe } from "../../support/recipes.ts";
import { type BenchedDaemon, median, startBenched } from "./process.ts";

const [SIZE, ITERATIONS, ROUNDS] = [192, 40, 5];

const TWO_CPUS = ["--device", "cpu:0,cpu:1", "--threads", "1"];

/** Speed of two jobs at once on two devices, by default CPUs of one thread each, against one alone, turn by turn. */
export async function measureTwoDevices(
  home: string,
  pictures: { content: string; style: string },
  options: readonly string[] = TWO_CPUS,
  size = SIZE,
) {
  await using daemon = await startBenched(home, options);
  const recipe = realRecipe(pictures, { size, iterations: ITERATIONS });
  const run = async () => await secondsPerIteration(daemon, recipe);
  const alone: number[] = [];
  const together: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await run());
    together.push(await Promise.all([run(), run()]));
  }
  return {
    size,
    rounds: ROUNDS,
    aloneSecondsPerIteration: median(alone),
    togetherSecondsPerIteration: median(together.flat()),
    /** The slower of the two, as a share of the speed alone in the same round. */
    shareOfSpeedAlone: median(together.map((seconds, i) => (alone[i] ?? Number.NaN) / Math.max(...seconds))),
  };
}

async function secondsPerIteration({ client }: BenchedDaemon, recipe: ReturnType<typeof realRecipe>) {
  const { id } = await client.request("add", addParams(recipe));
  await untilJob(client, id);
  const losses = await client.request("losses", { job: id, points: 20_000 });
  const [first, last] = [losses[0]?.seconds ?? 0, losses.at(-1)?.seconds ?? 0];
  return (last - first) / (losses.length - 1);
}
