import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { addParams, untilJob } from "../../support/daemon.ts";
import { realRecipe } from "../../support/recipes.ts";
import { startBenched } from "../daemon/process.ts";
import { BenchedTerminal, nameOf, SIZES } from "./benched-terminal.ts";
import type { Figure } from "./figure.ts";

const [SETTLE_MS, IDLE_MS] = [15_000, 30_000];

/** What it costs to leave the interface open while nothing happens. */
export async function measureIdle(
  folder: string,
  pictures: { content: string; style: string },
): Promise<Figure[]> {
  const home = join(folder, "idle");
  await using daemon = await startBenched(home);
  const { id } = await daemon.client.request("add", addParams(realRecipe(pictures)));
  await untilJob(daemon.client, id);
  await daemon.client.request("add", addParams(realRecipe(pictures), { held: true }));
  const figures: Figure[] = [];
  for (const size of SIZES) {
    using app = new BenchedTerminal(home, size);
    await app.until(() => app.text().includes("▄▄▄"));
    await setTimeout(SETTLE_MS);
    const [bytes, cpu, began] = [app.bytes, app.cpuSeconds(), performance.now()];
    let said = "";
    app.onOutput = (text) => (said += text);
    await setTimeout(IDLE_MS);
    const seconds = (performance.now() - began) / 1000;
    if (said !== "") process.stderr.write(`written while idle: ${JSON.stringify(said.slice(0, 400))}\n`);
    figures.push(
      { what: `${nameOf(size)}: idle, to the terminal`, value: app.bytes - bytes, unit: "bytes", limit: 0 },
      {
        what: `${nameOf(size)}: idle, of a core`,
        value: (100 * (app.cpuSeconds() - cpu)) / seconds,
        unit: "%",
        limit: 1,
      },
      { what: `${nameOf(size)}: idle, memory`, value: app.residentBytes().now / 1e6, unit: "MB" },
    );
  }
  return figures;
}
