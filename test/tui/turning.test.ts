import { beforeAll, expect, test } from "vitest";
import { addParams, startDaemon, untilIteration } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";
import { TerminalApp } from "../support/terminal-app.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

test("a control that is turned stays as it is, and an undo brings back what was to come of it", async () => {
  const home = newHome();
  const client = await (await startDaemon(home)).connect();
  const ahead = { iteration: 90_000, changes: { style: 3 } };
  const recipe = smallRecipe(pictures, { size: 40, iterations: 100_000 });
  const { id: job } = await client.request("add", addParams(recipe, { timeline: [ahead] }));
  await untilIteration(client, job, 3);
  const timeline = async () => (await client.request("show", { job })).timeline;
  const app = new TerminalApp(home);

  // It is what it is now; what will become of it is said.
  await app.until((text) => text.includes("Queue 1"));
  app.press("3", "down");
  await app.until((text) => /style +1 /.test(text) && text.includes("becomes 3 after iteration 90000"));
  app.press("right", "right", "right");
  await app.until((text) => /style +1\.231 .*was 1/.test(text));
  app.press("enter");
  await app.until((text) => /style +1\.231 /.test(text) && !text.includes("was"));
  expect(await timeline()).not.toContainEqual(ahead);
  await app.until((text) => !text.includes("after iteration 90000"));

  app.press("u");
  await app.until((text) => /back at iteration \d+, without style = 1\.231/.test(text));
  expect(await timeline()).toContainEqual(ahead);
  await app.until((text) => /style +1 /.test(text) && text.includes("becomes 3 after iteration 90000"));
  app.press("q");
  expect(await app.exited).toBe(0);
});
