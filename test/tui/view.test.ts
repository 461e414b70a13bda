import { beforeAll, expect, test } from "vitest";
import { atelier } from "../support/atelier.ts";
import { addParams, startDaemon, untilJob } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";
import { TerminalApp } from "../support/terminal-app.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

test("pictures of jobs and of their moments are printed in the terminal, one below the other", async () => {
  const home = newHome();
  const client = await (await startDaemon(home)).connect();
  const { id } = await client.request("add", addParams(smallRecipe(pictures, { iterations: 2 })));
  await untilJob(client, id);

  const view = new TerminalApp(home, { columns: 80, rows: 60, args: ["view", id, `${id.slice(0, 4)}@2`] });
  expect(await view.exited).toBe(0);
  const screen = await view.until((text) => text.split("at iteration 2").length === 3);
  const [first, second] = screen.split(`${id} at iteration 2`);
  for (const picture of [first, second])
    expect(picture?.split("\n").filter((line) => line.includes("▄▄▄▄")).length).toBeGreaterThan(8);

  const none = new TerminalApp(home, { columns: 120, args: ["view", `${id}@7`] });
  expect(await none.exited).toBe(1);
  expect(none.text()).toContain(`${id} has no checkpoint at iteration 7`);
});

test("where no picture can be printed, view says what writes one", async () => {
  const { code, stderr } = await atelier(["view", "3f9"], newHome());
  expect(code).toBe(1);
  expect(stderr).toContain("atelier export 3f9");
});
