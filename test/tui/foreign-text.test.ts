import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { atelier } from "../support/atelier.ts";
import { addParams, startDaemon } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

/** Clears the screen, and begins a line of its own. */
const FOREIGN = "\u001b[2Ja\nb";

test("a preset's name that is no line of text is refused", async () => {
  const daemon = await (await startDaemon(newHome(), ["--paused"])).connect();
  const recipe = { ...smallRecipe(pictures), preset: FOREIGN };
  await expect(daemon.request("add", addParams(recipe))).rejects.toThrow(
    "add: recipe.preset: expected one line of text",
  );
});

test("what a job's paths hold does not steer the terminal that shows it", async () => {
  const home = newHome();
  const daemon = await (await startDaemon(home, ["--paused"])).connect();
  const out = join(home, `${FOREIGN}.png`);
  const { id } = await daemon.request("add", addParams(smallRecipe(pictures), { out }));
  const { stdout } = await atelier(["show", id], home);
  expect(stdout).toMatch(/^goes to .*\uFFFD\[2Ja\uFFFDb\.png$/m);
  expect(stdout).not.toContain("\u001b[2J");
});

test("the log has the time of here, and one entry cannot pass for another", async () => {
  const home = newHome();
  mkdirSync(join(home, "data/logs"), { recursive: true });
  const line = { level: 40, time: "2026-05-01T20:00:01.234Z", reason: FOREIGN, msg: "the hook failed" };
  writeFileSync(join(home, "data/logs/daemon.log"), `${JSON.stringify(line)}\n`);
  const { stdout } = await atelier(["logs"], home, { TZ: "Asia/Tokyo" });
  expect(stdout).toBe("2026-05-02 05:00:01 warn  the hook failed reason=\uFFFD[2Ja\n    b\n");
});
