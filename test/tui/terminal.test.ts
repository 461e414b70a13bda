import { execFile } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import { drawDemoPictures, type RunReport } from "../../daemon/foreground.ts";
import { atelier, json } from "../support/atelier.ts";
import { ONE_THREAD } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { onScreen } from "../support/screen.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";

const home = temporaryFolder();
let run: string[];
let photo: string;

beforeAll(async () => {
  const pictures = await smallPictures(home);
  photo = pictures.content;
  const recipe = smallRecipe(pictures, { size: 64, iterations: 100 });
  const file = join(home, "recipe.json");
  writeFileSync(file, JSON.stringify(recipe));
  run = ["run", ...ONE_THREAD, "--recipe", file, "--out", join(home, "out.png")];
});

describe("on a terminal", () => {
  test.each([30, 40, 80, 200])("progress stays on one line of %i columns", async (columns) => {
    const { code, raw, rows } = await onScreen(run, { columns, home });
    expect(code).toBe(0);
    // It was redrawn many times, and one line of it is left.
    expect(raw.match(/\d+ %/g)?.length).toBeGreaterThan(2);
    const bars = rows.filter(({ text }) => /^[━─]* *\d+ %( |$)/.test(text));
    expect(bars).toHaveLength(1);
    expect(bars[0]?.text).toMatch(/100 %/);
    expect(bars[0]?.isWrapped).toBe(false);
    expect(rows.map(({ text }) => text).join("\n")).toMatch(/done .*100 iterations/);
  });

  test("colours are shown, and NO_COLOR takes every one away", async () => {
    // oxlint-disable-next-line no-control-regex
    const colour = /\x1b\[[0-9;]*m/;
    const plain = await onScreen(run, { columns: 80, home, env: { NO_COLOR: "1" } });
    expect(plain.code).toBe(0);
    expect(plain.raw).not.toMatch(colour);
    expect((await onScreen(run, { columns: 80, home })).raw).toMatch(colour);
  });
});

test("in a pipe there are plain lines without control codes", async () => {
  const { code, stdout, stderr } = await atelier(run, home);
  expect(code).toBe(0);
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^100 % {2}64×43 100\/100 {2}loss /m);
  // oxlint-disable-next-line no-control-regex
  expect(stderr).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
});

test("the demo draws, transfers, shows and says what to try next", async () => {
  const { code, rows } = await onScreen(["demo", "--iterations", "2"], { columns: 100, home });
  expect(code).toBe(0);
  const text = rows.map((row) => row.text).join("\n");
  expect(text).toMatch(/untrained network/);
  expect(text).toMatch(/loss .* → .*lower/);
  expect(text).toMatch(/▄{20}/);
  expect(text).toMatch(/Next, your own: +atelier run --content/);
  for (const name of ["landscape.png", "painting.png", "result.png"])
    expect(existsSync(join(home, "demo-out", name))).toBe(true);
  expect(await sharp(join(home, "demo-out/result.png")).metadata()).toMatchObject({ width: 256 });
});

test("the demo with --json prints one document, and its pictures are written over by it alone", async () => {
  const demo = ["demo", "--iterations", "1", "--folder", "other", "--json"];
  const outcome = await atelier(demo, home);
  expect(outcome.code).toBe(0);
  expect(json<RunReport>(outcome)).toMatchObject({ out: join("other", "result.png"), iterations: 1 });
  expect(await drawDemoPictures(join(home, "other"))).toMatchObject({
    result: join(home, "other/result.png"),
  });
  const mine = readFileSync(photo);
  for (const name of ["result.png", "painting.png", "landscape.png"]) {
    const file = join(home, "other", name);
    writeFileSync(file, mine);
    const refusal = `${join("other", name)} is there and is not the demo's; name another folder with --folder`;
    await expect(drawDemoPictures(join(home, "other"))).rejects.toThrow(refusal);
    expect(readFileSync(file)).toEqual(mine);
  }
  expect((await atelier(demo, home)).code).toBe(1);
});

describe("a Node that is too old", () => {
  const older = "data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.1.0'}})";
  const bin = join(import.meta.dirname, "../../bin/atelier.js");
  const inOlder = async (...args: string[]) => {
    try {
      return { code: 0, ...(await promisify(execFile)(process.execPath, ["--import", older, ...args])) };
    } catch (error) {
      return error as { code: number; stdout: string; stderr: string };
    }
  };

  test("is told so in one line where no other is there", async () => {
    const alone = join(newHome(), "atelier.mjs");
    copyFileSync(bin, alone);
    const { code, stdout, stderr } = await inOlder(alone);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.trim()).toMatch(/^atelier needs Node 24 or newer.*$/);
  });

  test("hands over to the one that came with the packages", async () => {
    expect(await inOlder(bin, "--version")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    expect(await inOlder(bin, "no-such-command")).toMatchObject({ code: 2 });
  });
});
