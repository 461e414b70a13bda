import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { atelier, json } from "../support/atelier.ts";
import { BIN } from "../support/built.ts";
import { startDaemon } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";
import { TerminalApp } from "../support/terminal-app.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

test("styles that a shell put side by side are blended, as add does", async () => {
  const out = join(folder, "blend.png");
  const { content, style } = pictures;
  const words = "--weights untrained --size 32 --iterations 1 --json --style";
  const ran = await atelier(
    ["run", "--content", content, "--out", out, ...words.split(" "), style, content],
    folder,
  );
  expect(ran).toMatchObject({ code: 0 });
  const recipe = json<{ styles: { file: string }[] }>(await atelier(["recipe", out], folder));
  expect(recipe.styles.map(({ file }) => file)).toEqual([style, content]);
});

test("an edit that changes nothing is wrong usage", async () => {
  const home = newHome();
  await startDaemon(home);
  expect(await atelier(["edit", "3f9"], home)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("name what is to change"),
  });
});

test("a home whose path is too long for a socket is told of by every command", async () => {
  const home = join(newHome(), "x".repeat(100));
  for (const command of ["list", "down", "up"])
    expect(await atelier([command], newHome(), { ATELIER_HOME: home })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /longer than the \d+ bytes that a socket's path may have; set ATELIER_HOME/,
      ),
    });
});

test("a crop that leaves too little is told of as the crop's doing", async () => {
  const { content, style } = pictures;
  const words = `run --size 32 --crop 0,0,40x3 --out ${join(folder, "x.png")}`;
  const ran = await atelier([...words.split(" "), "--content", content, "--style", style], folder);
  expect(ran.stderr).toMatch(/40×3 pixels are left by the crop; every side needs at least 16/);
});

test("a terminal that can show no picture is told so by view", async () => {
  const view = new TerminalApp(newHome(), {
    columns: 100,
    args: ["view", "3f9"],
    env: { TERM: "vt100", COLORTERM: "" },
  });
  expect(await view.exited).toBe(1);
  expect(view.text()).toContain("atelier export 3f9");
});

test("ctrl+c ends doctor while it waits for what the terminal answers", async () => {
  const line = `${process.execPath} ${BIN} doctor; echo "ended with $?"`;
  const doctor = new TerminalApp(newHome(), { program: ["bash", "-c", line], isMute: true });
  await expect.poll(() => doctor.raw, { timeout: 20_000 }).toContain("\x1b");
  doctor.press("ctrl+c");
  await doctor.until((text) => text.includes("ended with 130"));
  expect(doctor.text()).not.toContain("engine");
});

test("a device's trial ends with whoever asked for it", async () => {
  const trial = fork(
    join(import.meta.dirname, "../../dist/device-trial.js"),
    ['{"engine":"onnx","kind":"cpu"}'],
    {
      execArgv: [],
    },
  );
  onTestFinished(() => void trial.kill("SIGKILL"));
  await once(trial, "spawn");
  trial.disconnect();
  const [code] = (await once(trial, "exit")) as [number | null];
  expect(code).toBe(1);
});
