import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { ended, startAtelier } from "../support/atelier.ts";
import { addParams, startDaemon, untilIteration, untilJob } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";
import { TerminalApp } from "../support/terminal-app.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

/** Plain lines in a pipe. */
function plainIn(home: string) {
  const child = startAtelier(["--plain"], home);
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const outcome = ended(child);
  return {
    until: async (text: string | RegExp) => {
      const deadline = performance.now() + 45_000;
      while (said.search(text) < 0) {
        if (performance.now() > deadline) throw new Error(`${text} is not in:\n${said}`);
        await setTimeout(20);
      }
    },
    left: async () => {
      child.kill("SIGINT");
      return await outcome;
    },
    lines: () => said.trimEnd().split("\n"),
  };
}

test("plain lines tell of every event in a pipe, and of a daemon that comes and goes", async () => {
  const home = newHome();
  const { until, left, lines } = plainIn(home);
  await until("no link: no daemon is running here; start one with: atelier up; trying again");
  const daemon = await startDaemon(home);
  await until(/connected to the daemon \d/);
  await until("no job is waiting or running");
  const client = await daemon.connect();
  const { id } = await client.request(
    "add",
    addParams(smallRecipe(pictures, { size: 40, iterations: 100_000 })),
  );
  await until(new RegExp(`^${id} queued, 0 %, photo × painting$`, "m"));
  await until(new RegExp(`^${id} running, `, "m"));
  await untilIteration(client, id, 3);
  await client.request("set", { job: id, changes: { style: 2 } });
  await until(new RegExp(`^${id} changed after iteration \\d+: style = 2`, "m"));
  await client.request("pause", { job: null });
  await until("the queue is paused");
  await client.request("resume", { job: null });
  await until("the queue goes on");
  await client.request("cancel", { job: id });
  await until(new RegExp(`^${id} cancelled`, "m"));
  await client.request("remove", { job: id });
  await until(`${id} removed`);
  await daemon.kill();
  await until(/\nno link: /);
  expect(await left()).toMatchObject({ code: 0, stderr: "" });
  const said = lines();
  // No control codes, and nothing twice in a row.
  expect(said.join("")).not.toMatch(/\p{Cc}/u);
  expect(said.filter((line, i) => line === said[i - 1])).toEqual([]);
  // Its job and load changed all the while.
  expect(said.filter((line) => /^worker \S+ ready/.test(line))).toHaveLength(1);
  // Progress comes at most every 10 seconds.
  expect(said.filter((line) => line.includes(", iteration ")).length).toBeLessThan(7);
});

test("a job that is gone when a daemon comes back is told of once", async () => {
  const home = newHome();
  const args = ["--weights", "untrained", "--paused"];
  const { until, left, lines } = plainIn(home);
  const first = await startDaemon(home, args);
  await until("no job is waiting or running");
  const { id } = await (await first.connect()).request("add", addParams(smallRecipe(pictures)));
  await until(`${id} queued`);
  await first.kill();
  rmSync(join(home, "data"), { recursive: true });
  for (const times of [2, 3]) {
    const next = await startDaemon(home, args);
    await until(new RegExp(`(connected to the daemon[^]*jobs that have ended[^]*){${times}}`));
    await next.kill();
  }
  await left();
  expect(lines().filter((line) => line === `${id} ended while there was no link`)).toHaveLength(1);
});

test("on a terminal they stay on its screen, in ASCII where that was asked for", async () => {
  const home = newHome();
  const daemon = await startDaemon(home);
  const client = await daemon.connect();
  const app = new TerminalApp(home, { args: ["--plain", "--ascii"] });
  await app.until((text) => text.includes("no job is waiting or running"));
  const { id } = await client.request("add", addParams(smallRecipe(pictures, { size: 40, iterations: 2 })));
  await untilJob(client, id);
  await app.until((text) => text.includes(`${id} done, 100 %, photo x painting`));
  expect(app.screen).toBe("normal");
  app.press("\u0003");
  expect(await app.exited).toBe(0);
  // oxlint-disable-next-line no-control-regex
  expect(app.raw).toMatch(/^[\r\n -~]*(?:\^C)?[\r\n]*$/);
});
