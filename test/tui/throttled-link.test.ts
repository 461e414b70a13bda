import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { addParams, startDaemon, untilIteration } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome } from "../support/temporary.ts";
import { TerminalApp } from "../support/terminal-app.ts";

const LINK = { bytesPerSecond: 100_000, delayMs: 100 };
/** So large that its pictures need several times what the line carries. */
const [COLUMNS, ROWS] = [300, 100];
/** Two colours of three numbers each, and a half-block. */
const CELL_BYTES = 40;
/** The one that grows: two fifths of the columns, half the rows. */
const PICTURE_BYTES = 0.4 * COLUMNS * 0.5 * ROWS * CELL_BYTES;

test("over a slow line keys are answered between pictures, and pictures get rarer, not later", async () => {
  const home = newHome();
  const daemon = await startDaemon(home);
  const client = await daemon.connect();
  const pictures = await smallPictures(home, 300);
  const recipe = smallRecipe(pictures, { size: 128, iterations: 1_000_000 });
  const { id } = await client.request("add", addParams(recipe));
  await untilIteration(client, id, 2);
  let made = 0;
  client.on("picture", () => made++);
  await client.request("watch", { job: id, format: "png", width: 120, perSecond: 2 });
  const app = new TerminalApp(home, { columns: COLUMNS, rows: ROWS, env: { LANG: "C.UTF-8" }, link: LINK });
  await app.until((text) => text.includes("Queue 1") && text.includes("▄▄▄"));

  // What comes before a key's effect is less than a picture: it does not wait behind one.
  for (let i = 0; i < 4; i++) {
    for (const [key, isThere] of [
      ["?", true],
      ["escape", false],
    ] as const) {
      const before = app.bytes;
      app.press(key);
      await app.until((text) => text.includes("any key goes back") === isThere);
      expect(app.bytes - before, `bytes before the effect of ${key}`).toBeLessThan(PICTURE_BYTES / 2);
      await setTimeout(100 + 170 * i);
    }
  }

  // Long enough for a backlog of megabytes, were every picture sent.
  const enough = made + 12;
  // oxlint-disable-next-line no-unmodified-loop-condition -- events count it
  while (made < enough) await setTimeout(50);
  await client.request("pause", { job: id });
  const paused = app.bytes;
  await app.until((text) => text.includes("paused"));
  for (let last = -1; last !== app.bytes; await setTimeout(1000)) last = app.bytes;
  expect(app.bytes - paused, "bytes after the last picture was made").toBeLessThan(3 * PICTURE_BYTES);
});
