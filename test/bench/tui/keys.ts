import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { addParams, untilIteration } from "../../support/daemon.ts";
import { realRecipe } from "../../support/recipes.ts";
import { startBenched } from "../daemon/process.ts";
import { BenchedTerminal, nameOf, SIZES } from "./benched-terminal.ts";
import { type Figure, timesOf } from "./figure.ts";
import { PictureCounter } from "./picture-counter.ts";

const ROUNDS = 18;
const LIMITS = { median: 50, worst: 150 };
const [DOWN, UP, RIGHT, LEFT, ESCAPE] = ["\u001B[B", "\u001B[A", "\u001B[C", "\u001B[D", "\u001B"];
/** Down and up the controls, values to and fro: what they do is on the screen at once. */
const CONTROL_KEYS = [DOWN, DOWN, RIGHT, RIGHT, LEFT, DOWN, LEFT, UP, RIGHT, UP, UP] as const;

/** From a key to the changed cell, while the pictures of a running job stream in. */
export async function measureKeys(
  folder: string,
  pictures: { content: string; style: string },
): Promise<Figure[]> {
  const home = join(folder, "keys");
  await using daemon = await startBenched(home);
  const recipe = realRecipe(pictures, { size: 192, iterations: 1_000_000 });
  const { id } = await daemon.client.request("add", addParams(recipe));
  await untilIteration(daemon.client, id, 2);
  const figures: Figure[] = [];
  for (const size of SIZES) {
    using app = new BenchedTerminal(home, size);
    const counter = new PictureCounter(app);
    await app.until(() => app.text().includes("▄▄▄"));
    app.press("3");
    await app.until(() => chosenControl(app.text()) !== undefined);
    await setTimeout(2000);
    const [controls, help]: [number[], number[]] = [[], []];
    const began = performance.now();
    counter.reset();
    for (let round = 0; round < ROUNDS; round++) {
      for (const key of CONTROL_KEYS) {
        controls.push(await app.change(key, chosenControl));
        await setTimeout(40 + Math.random() * 80);
      }
      for (const key of ["?", ESCAPE]) {
        help.push(await app.change(key, (text) => String(text.includes("any key goes back"))));
        await setTimeout(150 + Math.random() * 100);
      }
      // So that pending values stay few.
      app.press(ESCAPE);
      await setTimeout(100);
    }
    const seconds = (performance.now() - began) / 1000;
    figures.push(
      ...timesOf(`${nameOf(size)}: key to screen`, [...controls, ...help], LIMITS),
      ...timesOf(`${nameOf(size)}: of these, help over the whole screen`, help),
      { what: `${nameOf(size)}: pictures drawn meanwhile`, value: counter.count / seconds, unit: "/s" },
    );
  }
  return figures;
}

/** The chosen line of the controls, up to the pane's edge. */
function chosenControl(text: string): string | undefined {
  return /›([a-z][^│\n]*)/.exec(text)?.[1];
}
