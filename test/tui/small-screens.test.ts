import { appendFileSync, copyFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Job } from "../../shared/jobs.ts";
import { actionsIn, KEYS, keyMapWith } from "../../tui/app/keys.ts";
import type { Connection } from "../../tui/client/connection.ts";
import { addParams, startDaemon, untilIteration } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { realRecipe, smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";
import { TerminalApp } from "../support/terminal-app.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  const { content, style } = await smallPictures(folder);
  pictures = { content: join(folder, "fotó.png"), style };
  copyFileSync(content, pictures.content);
});

interface Stage {
  readonly home: string;
  readonly client: Connection;
  readonly running: Job;
  readonly waiting: Job;
}

/** A job that runs and was changed, and one that waits and differs in many things. */
async function stage(): Promise<Stage> {
  const home = newHome();
  const daemon = await startDaemon(home);
  const client = await daemon.connect();
  const running = await client.request(
    "add",
    addParams(realRecipe(pictures, { size: 40, iterations: 100_000 })),
  );
  const { objective } = running.recipe;
  const other = realRecipe(pictures, {
    size: 48,
    iterations: 50_000,
    styleWeight: 3,
    contentWeight: 4,
    objective: { ...objective, tv: 7, pool: objective.pool === "max" ? "avg" : "max" },
    init: "noise",
  });
  const waiting = await client.request("add", addParams({ ...other, seed: 5 }));
  await untilIteration(client, running.id, 2);
  await client.request("set", { job: running.id, changes: { style: 2 } });
  return { home, client, running, waiting };
}

/** Pages through until the last line is shown, and answers all that was seen on the way. */
async function readAll(app: TerminalApp, key: string, count: RegExp): Promise<string> {
  let all = "";
  for (;;) {
    const text = await app.until((shown) => count.test(shown));
    all += text;
    const [whole = "", , to, of] = count.exec(text) ?? [];
    if (to === of) return all;
    app.press(key);
    await app.until((shown) => !shown.includes(whole));
  }
}

test("nothing that matters is cut at 80×24 and 60×15", async () => {
  const { home, client, running, waiting } = await stage();
  const app = new TerminalApp(home, { columns: 80, rows: 24 });
  await app.until((text) => text.includes("Queue 2"));

  // What is typed as filter.
  app.press("/", "fotó × painting");
  await app.until((text) => text.includes("/fotó × painting▏"));
  app.press(" and more than fits");
  await app.until((text) => text.includes("more than fits▏"));
  app.press("escape");

  // Every key and what it does.
  app.press("?");
  const help = await readAll(app, "space", /(\d+)-(\d+) of (\d+)/);
  for (const action of actionsIn(keyMapWith({}), "queue")) expect(help).toContain(KEYS[action].meaning);
  app.press("pageup", "up", "down", "x");
  await app.until((text) => text.includes("Queue 2"));

  // Every term of the losses.
  const losses = await client.request("losses", { job: running.id, points: 10 });
  const terms = Object.keys(losses.at(-1)?.terms ?? {}).map((term) =>
    term.replace(/^(s|c)(?:tyle|ontent)\.conv/, "$1"),
  );
  expect(terms.length).toBeGreaterThan(5);
  app.press("2", "a");
  await app.until((text) => terms.every((term) => new RegExp(`\\b${term} +[\\d.]`).test(text)));
  app.resize(60, 15);
  await app.until((text) => terms.every((term) => new RegExp(`\\b${term}\\b`).test(text)));
  app.resize(80, 24);

  // What a marker of the time line means.
  app.press("t");
  await app.until((text) => /^(next )?change 1 of 1, after \d+: style = 2$/m.test(text));
  app.press("escape", "1");
  await app.until((text) => text.includes("Queue 2"));

  // All that two recipes differ in, whatever becomes of one of them; a click does nothing.
  for (const [columns, rows] of [
    [60, 15],
    [80, 24],
  ] as const) {
    app.resize(columns, rows);
    app.press("c");
    // Its changes have come with its losses.
    await app.until((text) => /a \S+ running \d+ % [\d.]+/.test(text));
    const differences = await readAll(app, "pagedown", /What differs {2}(\d+)-(\d+) of (\d+)/);
    for (const one of [
      "size:  a 40",
      "b 48",
      "style weight:  a 2",
      "b 3",
      "content weight:",
      "seed:",
      "pooling:",
    ])
      expect(differences).toContain(one);
    expect(differences).toMatch(
      new RegExp(`a ${running.id.slice(0, 4)} running .*b ${waiting.id.slice(0, 4)}`),
    );
    if (rows < 20) app.press("escape");
    if (rows < 20) await app.until((text) => text.includes("Queue 2"));
  }
  expect(app.text()).not.toContain("left part");
  app.press("+");
  await app.until((text) => text.includes("total, part 50 %") && text.includes("left part"));
  app.press("\u001B[<0;10;5M", "t");
  await app.until((text) => / (?!total)\S+, part 50 %/.test(text));
  await client.request("remove", { job: waiting.id });
  await app.until((text) => text.includes(`b ${waiting.id.slice(0, 4)} removed`));
  expect(app.text()).toContain(`a ${running.id.slice(0, 4)} running`);
  app.press("escape");
  await app.until((text) => text.includes("Queue 1"));

  // A log is followed from its end on.
  const log = join(home, "data/jobs", running.id, "log.jsonl");
  appendFileSync(log, Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join(""));
  app.press("O");
  await app.until((text) => text.includes("line 99"));
  app.press("g");
  await app.until((text) => text.includes("Log of") && !text.includes("line 99"));
  app.press("G");
  await app.until((text) => text.includes("line 99"));
  appendFileSync(log, "one more line\n");
  await app.until((text) => text.includes("one more line"));
});

test("at 40×12 the pane that has the focus is readable: one at a time", async () => {
  const home = newHome();
  const client = await (await startDaemon(home)).connect();
  await client.request("pause", { job: null });
  await client.request("add", addParams(smallRecipe(pictures, { styleWeight: 3 })));
  const app = new TerminalApp(home, { columns: 40, rows: 12 });
  await app.until((text) => /Queue 1.*\n.*fotó × painting/.test(text));
  app.press("2");
  await app.until((text) => text.includes("no losses yet") && !text.includes("Queue"));
  app.press("3", "down");
  const text = await app.until((shown) => /›style +3 ×/.test(shown));
  expect(text).not.toContain("no losses yet");
});

test("at 80×24 the jobs of a series are told apart", async () => {
  const home = newHome();
  const client = await (await startDaemon(home)).connect();
  await client.request("pause", { job: null });
  const content = join(folder, "the harbour at dawn.png");
  copyFileSync(pictures.content, content);
  for (const name of ["great wave off kanagawa", "starry night"]) {
    const style = join(folder, `${name}.png`);
    copyFileSync(pictures.style, style);
    await client.request("add", addParams(smallRecipe({ content, style })));
  }
  const app = new TerminalApp(home, { columns: 80, rows: 24 });
  const text = await app.until((shown) => shown.includes("Queue 2"));
  expect(text).toMatch(/queued .+… × gre/);
  expect(text).toMatch(/queued .+… × sta/);
});

test("where letters may not be Unicode every byte is ASCII, on any screen", async () => {
  const { home } = await stage();
  const app = new TerminalApp(home, { columns: 80, rows: 24, args: ["--ascii"] });
  await app.until((text) => text.includes("Queue 2") && text.includes("fot? x p"));
  for (const [keys, seen] of [
    [["/", "ó", "escape"], /Queue 2/],
    [["2", "a"], /s1_1 +\d/],
    [["3", "down", "4", "7"], /47\|/],
    [["escape", "?"], /any key goes back/],
    [["escape", ":", "é"], /Do: \?\|/],
    [["escape", "t"], /change 1 of 1/],
    [["escape", "tab", "c"], /What differs/],
    [["escape", "R"], /Recipe of .* of [1-9]\d lines/],
    [["space"], /fot\?\.png/],
    [["escape", "O"], /Log of/],
    [["escape", "N"], /fot\?\.png/],
    [["enter"], /a path leads there/],
    [["escape", "escape"], /Queue 2/],
  ] as const) {
    app.press(...keys);
    await app.until((text) => seen.test(text));
  }
  app.press("q");
  expect(await app.exited).toBe(0);
  expect(app.raw).toMatch(/^\p{ASCII}*$/u);
});
