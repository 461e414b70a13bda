import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { addParams, untilJob } from "../../support/daemon.ts";
import { realRecipe } from "../../support/recipes.ts";
import { median, startBenched } from "../daemon/process.ts";
import { BenchedTerminal, nameOf, SIZES } from "./benched-terminal.ts";
import { type Figure, timesOf } from "./figure.ts";

const RUNS = 15;
const [LIMIT_MS, PAUSE_MS] = [800, 300];

/** From the start of the process until the queue, the link and the selected job's name are on the screen. */
export async function measureFirst(
  folder: string,
  pictures: { content: string; style: string },
): Promise<Figure[]> {
  const home = join(folder, "first");
  await using daemon = await startBenched(home);
  const { id } = await daemon.client.request("add", addParams(realRecipe(pictures)));
  await untilJob(daemon.client, id);
  await daemon.client.request("add", addParams(realRecipe(pictures), { held: true }));
  const figures: Figure[] = [];
  for (const size of SIZES) {
    const [times, cpu]: [number[], number[]] = [[], []];
    for (let run = 0; run < RUNS; run++) {
      using app = new BenchedTerminal(home, size);
      await app.until(
        () => /Queue 2[\s\S]*› ?\S* .*photo ×/.test(app.text()) && app.text().includes("onnx on cpu"),
      );
      times.push(performance.now() - app.began);
      cpu.push(1000 * app.cpuSeconds());
      await setTimeout(PAUSE_MS);
    }
    figures.push(...timesOf(`${nameOf(size)}: first useful screen`, times, { median: LIMIT_MS }), {
      what: `${nameOf(size)}: processor time until then, median`,
      value: median(cpu),
      unit: "ms",
    });
  }
  return figures;
}
