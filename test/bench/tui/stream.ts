import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import sharp from "sharp";
import { addParams, untilIteration } from "../../support/daemon.ts";
import { realRecipe } from "../../support/recipes.ts";
import { startBenched } from "../daemon/process.ts";
import { BenchedTerminal, nameOf } from "./benched-terminal.ts";
import type { Figure } from "./figure.ts";
import { PictureCounter } from "./picture-counter.ts";

const [SECONDS, SETTLE_MS] = [30, 3000];
/** The picture that grows has 60×30 cells here: two fifths of the columns, half the rows between two lines. */
const SIZE = { columns: 150, rows: 62 };

/** What a running job's pictures and numbers cost: from its first iterations on, when most of the picture changes. */
export async function measureStream(
  folder: string,
  pictures: { content: string; style: string },
): Promise<Figure[]> {
  const home = join(folder, "stream");
  await using daemon = await startBenched(home);
  // A square fills the cells, which are twice as high as wide.
  const content = join(folder, "square.png");
  await sharp(pictures.content).resize(320, 320, { fit: "fill" }).png().toFile(content);
  using app = new BenchedTerminal(home, SIZE);
  const counter = new PictureCounter(app);
  await app.until(() => app.text().includes("onnx on cpu"));
  const recipe = realRecipe({ ...pictures, content }, { size: 96, iterations: 1_000_000 });
  const { id } = await daemon.client.request("add", addParams(recipe));
  await untilIteration(daemon.client, id, 2);
  await app.until(() => app.text().includes("▄▄▄"));
  await setTimeout(SETTLE_MS);
  const [bytes, cpu, began] = [app.bytes, app.cpuSeconds(), performance.now()];
  counter.reset();
  await setTimeout(1000 * SECONDS);
  const seconds = (performance.now() - began) / 1000;
  const { now, peak } = app.residentBytes();
  const widest = Math.max(...app.rows().map((row) => row.split("▄").length - 1));
  const name = nameOf(SIZE);
  return [
    { what: `${name}: pictures, drawn`, value: counter.count / seconds, unit: "/s" },
    { what: `${name}: half-blocks in a row, of all pictures`, value: widest, unit: "cells" },
    {
      what: `${name}: running, to the terminal`,
      value: (app.bytes - bytes) / 1000 / seconds,
      unit: "KB/s",
      limit: 150,
    },
    {
      what: `${name}: running, of a core`,
      value: (100 * (app.cpuSeconds() - cpu)) / seconds,
      unit: "%",
      limit: 25,
    },
    { what: `${name}: running, memory`, value: now / 1e6, unit: "MB", limit: 150 },
    { what: `${name}: running, most memory ever`, value: peak / 1e6, unit: "MB", limit: 150 },
  ];
}
