import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import type { Job } from "../../shared/jobs.ts";
import type { Connection } from "../../tui/client/connection.ts";
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

interface Stage {
  readonly home: string;
  readonly client: Connection;
  readonly jobs: readonly Job[];
}

/** A daemon with a paused queue and jobs of two groups. */
async function stage(count: number): Promise<Stage> {
  const home = newHome();
  const daemon = await startDaemon(home);
  const client = await daemon.connect();
  await client.request("pause", { job: null });
  const jobs: Job[] = [];
  for (let i = 0; i < count; i++) {
    const params = addParams(smallRecipe(pictures, { size: 40, iterations: 4 + i, styleWeight: 1 + i }));
    jobs.push(await client.request("add", { ...params, group: i % 2 === 0 ? "night" : "day" }));
  }
  return { home, client, jobs };
}

async function statesOf({ client }: Stage): Promise<Record<string, string>> {
  const jobs = await client.request("list", { states: null, group: null, skip: 0, limit: 500 });
  return Object.fromEntries(
    jobs.map(({ id, status }) => [id, status.state === "queued" && status.held ? "held" : status.state]),
  );
}

describe("the queue by keys", () => {
  test("is filtered, marked and changed many at once, and nothing is destroyed unasked", async () => {
    const on = await stage(4);
    const [first, second, third, fourth] = on.jobs.map(({ id }) => id);
    const app = new TerminalApp(on.home, { columns: 120, rows: 30 });
    await app.until((text) => text.includes("Queue 4"));
    app.press("/", "n", "i", "g", "h", "t");
    await app.until((text) => text.includes("Queue 2 of 4"));
    app.press("enter", "M");
    await app.until((text) => text.includes("2 marked"));
    app.press("p");
    await app.until((text) => text.includes("2 paused"));
    expect(await statesOf(on)).toEqual({
      [first ?? ""]: "paused",
      [second ?? ""]: "queued",
      [third ?? ""]: "paused",
      [fourth ?? ""]: "queued",
    });
    app.press("D");
    await app.until((text) => text.includes("remove 2 jobs? y for yes"));
    app.press("n");
    await app.until((text) => !text.includes("y for yes"));
    expect(Object.keys(await statesOf(on))).toHaveLength(4);
    await on.client.request("cancel", { job: first ?? "" });
    await app.until((text) => text.includes("cancelled"));
    app.press("x");
    await app.until((text) => text.includes(`cancel ${third}, 1 of 2 jobs? y for yes`));
    app.press("n");
    await app.until((text) => !text.includes("y for yes"));
    app.press("D");
    await app.until((text) => text.includes("y for yes"));
    app.press("y");
    await app.until((text) => text.includes("Queue 0 of 2"));
    app.press("escape");
    await app.until((text) => /Queue 2\b/.test(text) && !text.includes("marked"));
    expect(Object.keys(await statesOf(on)).toSorted((a, b) => a.localeCompare(b))).toEqual(
      [second ?? "", fourth ?? ""].toSorted((a, b) => a.localeCompare(b)),
    );
  });

  test("acts on no job and no mark that a filter hides", async () => {
    const on = await stage(4);
    const [first, second, , fourth] = on.jobs.map(({ id }) => id);
    const app = new TerminalApp(on.home, { columns: 120, rows: 30 });
    await app.until((text) => text.includes("Queue 4"));
    app.press("end", "/", "night", "enter");
    await app.until((text) => text.includes("Queue 2 of 4"));
    app.press(">");
    await app.until((text) => text.includes(`${first} has priority 1`));
    app.press("M");
    await app.until((text) => text.includes("2 marked"));
    app.press("/", ...Array.from("night", () => "backspace"), "day", "enter");
    await app.until(
      (text) => text.includes("/day") && text.includes("Queue 2 of 4") && !text.includes("marked"),
    );
    app.press("p");
    await app.until((text) => text.includes(`${second} is paused`));
    app.press("M", "/", ...Array.from("day", () => "backspace"), "enter");
    await app.until((text) => /Queue 4\b/.test(text) && text.includes("4 marked"));
    // All come to stand alike.
    app.press("p");
    await app.until((text) => text.includes("3 paused") && (text.match(/ paused 0%/g) ?? []).length === 4);
    expect(new Set(Object.values(await statesOf(on)))).toEqual(new Set(["paused"]));
    app.press("p");
    await app.until((text) => text.includes("4 go on"));
    expect(new Set(Object.values(await statesOf(on)))).toEqual(new Set(["queued"]));
    // Who looks for a job that is hidden sees it.
    app.press("M", "/", "night", "enter");
    await app.until((text) => text.includes("Queue 2 of 4") && !text.includes("marked"));
    app.press("ctrl+p", fourth ?? "");
    await app.until((text) => text.includes(`Job ${fourth}`));
    app.press("enter");
    await app.until((text) => /Queue 4\b/.test(text));
    app.press("<");
    await app.until((text) => text.includes(`${fourth} has priority -1`));
  });

  test("does to many what it can, says of which it cannot, and undoes one job's change", async () => {
    const on = await stage(0);
    const { client, home } = on;
    await client.request("resume", { job: null });
    const params = addParams(smallRecipe(pictures, { size: 32, iterations: 1_000_000 }));
    const { id } = await client.request("add", params);
    await untilIteration(client, id, 2);
    const change = async (job: string, style: number) =>
      (await client.request("set", { job, changes: { style } })).iteration;
    const changesOf = async (job: string) =>
      (await client.request("show", { job })).timeline.map(({ changes }) => changes);
    const waiting: string[] = [];
    for (let i = 0; i < 2; i++) {
      const held = await client.request("add", { ...params, held: true });
      waiting.push(held.id);
      await change(held.id, 3);
    }
    const at = await change(id, 2);
    const [second = "", third = ""] = waiting;
    const app = new TerminalApp(home, { columns: 120, rows: 30 });
    await app.until((text) => Number(/iteration (\d+)/.exec(text)?.[1]) > at + 60);
    app.press("M", "u");
    await app.until((text) => /undo style = 2 and the \d+ iterations since\? y for yes/.test(text));
    app.press("n", "down");
    await app.until((text) => /style +3 /.test(text));
    app.press("u");
    await app.until((text) => text.includes(`${second} back at iteration 0`));
    expect(await changesOf(second)).toEqual([]);
    expect(await changesOf(third)).toEqual([{ style: 3 }]);
    expect(await changesOf(id)).toEqual([{ style: 2 }]);
    app.press("D");
    await app.until((text) => text.includes("remove 2 of 3 jobs? y for yes"));
    app.press("y");
    await app.until((text) => text.includes(`2 removed; 1 not: ${id} is running; cancel it first`));
    await app.until((text) => /1 marked.*Queue 1\b/.test(text));
    app.press("r");
    await app.until((text) => text.includes(`${id} is running; it has not failed`));
    app.press("x");
    await app.until((text) => text.includes(`cancel ${id}? y for yes`));
    app.press("y");
    await app.until((text) => text.includes(`${id} is cancelled`) && /› ?● cancelled/.test(text));
    app.press("x");
    await app.until((text) => text.includes(`${id} is cancelled; there is nothing to cancel`));
    app.press("u");
    await app.until((text) => /undo style = 2 and the \d+ iterations since, run again\?/.test(text));
    app.press("n");
    await app.until((text) => !text.includes("y for yes"));
    expect(await changesOf(id)).toEqual([{ style: 2 }]);
  });

  test("changes that are not made yet wait at their jobs", async () => {
    const on = await stage(2);
    const [first = "", second = ""] = on.jobs.map(({ id }) => id);
    const app = new TerminalApp(on.home, { columns: 120, rows: 30 });
    await app.until((text) => text.includes("Queue 2"));
    app.press("home", "3", "7", "enter");
    await app.until((text) => /content +7 .*was 1/.test(text) && text.includes("1 pending"));
    app.press("tab", "down", "3", "8", "enter");
    await app.until((text) => text.includes(second) && /content +8 .*was 1/.test(text));
    app.press("enter");
    await app.until((text) => text.includes("changed after iteration 0") && !text.includes("pending"));
    app.press("tab", "home");
    await app.until((text) => text.includes(first) && /content +7 .*was 1/.test(text));
    app.press("ctrl+c");
    await app.until((text) => text.includes("throw a change not made yet away? y for yes"));
    app.press("n", "3", "enter");
    await app.until((text) => text.includes("changed after iteration 0") && !text.includes("pending"));
    const changesOf = async (job: string) => (await on.client.request("show", { job })).timeline;
    expect((await changesOf(first)).map(({ changes }) => changes)).toEqual([{ content: 7 }]);
    expect((await changesOf(second)).map(({ changes }) => changes)).toEqual([{ content: 8 }]);
  });

  test("the mouse reaches what is seen, and the wheel what is under it", async () => {
    const on = await stage(15);
    const app = new TerminalApp(on.home, { columns: 120, rows: 30 });
    await app.until((text) => text.includes("Queue 15"));
    app.press("home");
    await app.until((text) => /› ?◦.*\n/.test(text) && text.includes(" below"));
    const rows = app.rows();
    const rowOf = (text: string) => rows.findIndex((row) => row.includes(text)) + 1;
    const chosen = () => app.text().match(/^[┃│] ([a-z0-9]{8})\b/m)?.[1];
    const before = chosen();
    expect(before).toBe(on.jobs[0]?.id);
    // The line about the chosen job, the frame and the keys are no jobs.
    for (const row of [rowOf(`${before}`), rows.length - 1]) app.press(`\u001B[<0;5;${row}M`);
    // A control is chosen by a click, and by the wheel over the controls; the job stays.
    app.press(`\u001B[<0;100;${rowOf("conv2_1")}M`);
    await app.until((text) => /›[a-z]+.conv2_1/.test(text));
    app.press("\u001B[<64;100;20M");
    await app.until((text) => !/›[a-z]+.conv2_1/.test(text) && /›[a-z]+\.conv/.test(text));
    expect(chosen()).toBe(before);
    app.press("\u001B[<65;5;20M");
    await app.until(() => chosen() === on.jobs[1]?.id);
  });

  test("a click on a key of the bottom line is that key, and in a form chooses a line, then opens it", async () => {
    const on = await stage(1);
    const app = new TerminalApp(on.home, { columns: 120, rows: 30 });
    await app.until((text) => text.includes("Queue 1") && text.includes("n new"));
    const click = (text: string) => {
      const rows = app.rows();
      const row = rows.findLastIndex((one) => one.includes(text));
      app.press(`\u001B[<0;${(rows[row]?.indexOf(text) ?? 0) + 1};${row + 1}M`);
    };
    click("f full");
    await app.until((text) => text.includes("f all parts") && !text.includes("Queue 1"));
    click("all parts");
    await app.until((text) => text.includes("f full") && text.includes("Queue 1"));
    click("n new");
    await app.until((text) => text.includes("New job"));
    click("priority");
    await app.until((text) => /›\s+priority/.test(text));
    click("enter chooses pictures, or");
    await app.until((text) => /›\s+content/.test(text));
    click("enter chooses pictures, or");
    await app.until((text) => text.includes("letters filter"));
    click("esc");
    await app.until((text) => text.includes("New job"));
    expect(app.text()).toMatch(/›\s+content/);
  });

  test("is put into another order, and by priority", async () => {
    const on = await stage(3);
    const [first, second, third] = on.jobs.map(({ id }) => id);
    const order = async () =>
      (await on.client.request("list", { states: null, group: null, skip: 0, limit: 9 })).map(({ id }) => id);
    const app = new TerminalApp(on.home, { columns: 120, rows: 30 });
    await app.until((text) => text.includes("Queue 3"));
    app.press("end", "T");
    await app.until((text) => text.includes("moved to the top"));
    expect(await order()).toEqual([third, first, second]);
    app.press("J");
    await app.until((text) => text.includes("moved down"));
    expect(await order()).toEqual([first, third, second]);
    // Several keep their order among themselves.
    app.press("end", "m", "up", "m", "T");
    await app.until((text) => text.includes("2 moved to the top"));
    expect(await order()).toEqual([third, second, first]);
    app.press("M", "end", ">");
    await app.until((text) => text.includes(`${first} has priority 1`));
    expect(await order()).toEqual([first, third, second]);
    app.press("s");
    await app.until((text) => text.includes("by newest"));
    app.press("o");
    await app.until((text) => text.includes("night (2)") && text.includes("day (1)"));
  });

  test("every action is found by a few of its letters, and every job", async () => {
    const on = await stage(2);
    const app = new TerminalApp(on.home, { columns: 100, rows: 30 });
    await app.until((text) => text.includes("Queue 2"));
    app.press(":", "r", "a", "i", "s", "e");
    await app.until((text) => /› > +raise: /.test(text));
    app.press("enter");
    await app.until((text) => text.includes("has priority 1"));
    // What has no key is there as well, and asks where it ends something.
    app.press(":", "p", "r", "u", "n", "e");
    await app.until((text) => /› +prune: /.test(text));
    app.press("enter");
    await app.until((text) => text.includes("nothing to free"));
    app.press(":", "s", "t", "o", "p", " ", "d");
    await app.until((text) => /› +stop daemon: /.test(text));
    app.press("enter");
    await app.until((text) => text.includes("end the daemon, for all its clients? y for yes"));
    app.press("n");
    // What is called so comes before what only means it.
    app.press(":", "d", "a", "e", "m", "o", "n");
    await app.until((text) =>
      /› > +(daemon log|start daemon|stop daemon): |› S? +(daemon log|start daemon|stop daemon): /.test(text),
    );
    app.press("escape");
    // Of the pane beside as well.
    app.press(":", "a", "l", "l", " ", "t", "e", "r", "m");
    await app.until((text) => /› a +all terms: /.test(text));
    app.press("escape");
    app.press("ctrl+p", on.jobs[1]?.id ?? "");
    await app.until((text) => text.includes(`Job ${on.jobs[1]?.id}: photo × painting, queued`));
    app.press("enter");
    await app.until((text) => text.includes("Queue 2"));
    app.press("R");
    const text = await app.until((shown) => shown.includes('"recipe": {'));
    expect(text).toContain(`Recipe of ${on.jobs[1]?.id}`);
  });
});

describe("the form", () => {
  test("makes a job for each of several contents and styles, with their options", async () => {
    const on = await stage(0);
    const app = new TerminalApp(on.home, { columns: 120, rows: 44 });
    await app.until((text) => text.includes("nothing yet"));
    // Dropped on the terminal: the first is the content, the others are styles.
    app.paste(`'${pictures.content}' '${pictures.style}' '${pictures.content}'`);
    await app.until((text) => text.includes("New job") && (text.match(/share 1/g) ?? []).length === 2);
    await down(app, "each");
    app.press("space");
    await app.until((text) => /› each +yes/.test(text));
    // What lies over it for a moment takes nothing away.
    app.press("ctrl+g");
    await app.until((text) => text.includes("goes back") && !text.includes("New job:"));
    app.press("escape");
    await app.until((text) => /› each +yes/.test(text) && !text.includes("share"));
    await down(app, "size");
    app.press("4", "8");
    await down(app, "hold");
    app.press("right");
    await app.until((text) => /48×32.*/.test(text) && text.includes("hold"));
    app.press("ctrl+s");
    await app.until((text) => text.includes("2 jobs are queued"));
    const jobs = await on.client.request("list", { states: null, group: null, skip: 0, limit: 9 });
    expect(jobs.map(({ recipe }) => recipe.styles.map(({ file }) => basename(file)))).toEqual([
      [basename(pictures.style)],
      [basename(pictures.content)],
    ]);
    expect(jobs.map(({ plan, status }) => [plan.width, status])).toEqual([
      [48, { state: "queued", held: true }],
      [48, { state: "queued", held: true }],
    ]);
  });

  test("says what is wrong with a line, and that a size is too large, before anything is queued", async () => {
    const on = await stage(0);
    const app = new TerminalApp(on.home, { columns: 120, rows: 44 });
    await app.until((text) => text.includes("nothing yet"));
    app.press("n");
    await app.until((text) => text.includes("which picture? choose a content"));
    app.paste(pictures.content);
    await app.until((text) => text.includes("which style? choose one or more"));
    app.paste(pictures.style);
    await app.until((text) => /memory .* free/.test(text));
    await down(app, "size");
    app.press("7");
    await app.until((text) => text.includes("size 7: expected a whole number from 16 to 16384"));
    app.press("ctrl+s");
    await app.until((text) => text.includes("› size"));
    expect(await statesOf(on)).toEqual({});
    app.press("escape", "y");
    await app.until((text) => text.includes("nothing yet"));
  });

  test("changes a job that has not started", async () => {
    const on = await stage(1);
    const [job] = on.jobs;
    const app = new TerminalApp(on.home, { columns: 120, rows: 44 });
    await app.until((text) => text.includes("Queue 1"));
    app.press("E");
    await app.until((text) => text.includes(`Change ${job?.id}`));
    await down(app, "group");
    app.press("night");
    await app.until((text) => /› group +night/.test(text));
    await down(app, "seed");
    app.press("9");
    await app.until((text) => /› seed +9/.test(text));
    app.press("ctrl+s");
    await app.until((text) => text.includes(`${job?.id} is changed`));
    const { job: changed } = await on.client.request("show", { job: job?.id ?? "" });
    expect(changed.recipe.seed).toBe(9);
    expect(changed).toMatchObject({ group: "night", out: job?.out });
    expect(changed.recipe.styles).toEqual(job?.recipe.styles);
  });
});

test("a name that the terminal takes to be wider than we do moves nothing but its own row", async () => {
  const on = await stage(2);
  const odd = join(dirname(pictures.content), "\u1100\u1161\uD7B0\uD7CB\u1160 हिन्दी चित्र 🏳️‍🌈.png");
  copyFileSync(pictures.content, odd);
  await on.client.request("add", addParams(smallRecipe({ ...pictures, content: odd }), { held: true }));
  const app = new TerminalApp(on.home, { columns: 120, rows: 30 });
  const text = await app.until((shown) => shown.includes("Queue 3") && shown.includes("हि"));
  expect(text.match(/Queue 3/g)).toHaveLength(1);
  expect(app.rows().at(-2)).toMatch(/^┗━+┛/);
  expect(app.rows().at(-1)).toContain("? help");
});

describe("a job's controls", () => {
  test("that are live lose no key, however fast they come, and send each value once", async () => {
    const on = await stage(0);
    await on.client.request("resume", { job: null });
    const { id } = await on.client.request(
      "add",
      addParams(smallRecipe(pictures, { iterations: 1_000_000 })),
    );
    await untilIteration(on.client, id, 2);
    const app = new TerminalApp(on.home, { columns: 120, rows: 35 });
    await app.until((text) => text.includes("Queue 1") && text.includes("style.conv1_1"));
    app.press("3", "v");
    await app.until((text) => text.includes("Controls, live"));
    // Ten steps double; in one write, as a key that is held over a slow link.
    app.press("l".repeat(20));
    await app.until((text) => /content +4\.00\d /.test(text) && !/was|\(\d/.test(text));
    const { timeline } = await on.client.request("show", { job: id });
    const values = timeline.map(({ changes }) => changes["content"]);
    expect(values.at(-1)).toBeCloseTo(4, 1);
    expect(new Set(values).size).toBe(values.length);
  });

  test("turned there and back are no change, and go to 0 and back to what they were", async () => {
    const on = await stage(1);
    const app = new TerminalApp(on.home, { columns: 120, rows: 35 });
    await app.until((text) => text.includes("Queue 1") && text.includes("style.conv1_1"));
    app.press("3", "right");
    await app.until((text) => text.includes("1 pending"));
    app.press("left");
    await app.until((text) => !text.includes("pending") && !text.includes("was 1"));
    const isMade = (text: string) => !/pending|on the way/.test(text);
    app.press("7", "enter", "enter");
    await app.until((text) => /content +7 /.test(text) && isMade(text));
    app.press("z", "enter");
    await app.until((text) => /content +0 /.test(text) && isMade(text));
    app.press("z");
    await app.until((text) => /content +7 .*was 0/.test(text));
    app.press("z");
    expect(await app.until(isMade)).toMatch(/content +0 /);
  });

  test("applied before the last ones are made follow them", async () => {
    const on = await stage(1);
    const app = new TerminalApp(on.home, { columns: 120, rows: 35 });
    await app.until((text) => text.includes("Queue 1") && text.includes("style.conv1_1"));
    app.press("3", "7", "enter", "enter", "8", "enter", "enter");
    await app.until((text) => /content +8 /.test(text) && !/pending|on the way/.test(text));
    const { timeline } = await on.client.request("show", { job: on.jobs[0]?.id ?? "" });
    expect(timeline.at(-1)?.changes).toEqual({ content: 8 });
  });

  test("are typed, take effect at once when live, and show what others change", async () => {
    const on = await stage(0);
    await on.client.request("resume", { job: null });
    const { id } = await on.client.request("add", addParams(smallRecipe(pictures, { iterations: 100_000 })));
    await untilIteration(on.client, id, 2);
    const app = new TerminalApp(on.home, { columns: 120, rows: 30 });
    await app.until((text) => text.includes("style.conv1_1"));
    app.press("3", "down", "2", ".", "t", "5", "enter");
    await app.until((text) => /style +2\.5 .*was 1/.test(text));
    app.press("escape");
    await app.until((text) => /style +1 /.test(text));
    app.press("v");
    await app.until((text) => text.includes("Controls, live"));
    app.press("z");
    await app.until((text) => /changed after iteration/.test(text) && /style +0 /.test(text));
    const { timeline } = await on.client.request("show", { job: id });
    expect(timeline.map(({ changes }) => changes)).toEqual([{ style: 0 }]);
    await on.client.request("set", { job: id, changes: { content: 7 } });
    await app.until((text) => /content +7 /.test(text));
    // What is pending may go into a job of its own.
    app.press("v", "4", "enter");
    await app.until((text) => /style +4 .*was 0/.test(text));
    app.press("b");
    await app.until((text) => /branched at iteration \d+ with style = 4/.test(text));
    const jobs = await on.client.request("list", { states: null, group: null, skip: 0, limit: 9 });
    const branched = jobs.find(({ branchedFrom }) => branchedFrom?.job === id);
    const made = await on.client.request("show", { job: branched?.id ?? "" });
    expect(made.timeline.at(-1)?.changes).toEqual({ style: 4 });
  });
});

describe("settings", () => {
  test("keys of one's own work, and are what help and messages name", async () => {
    const on = await stage(1);
    const config = join(on.home, "config");
    mkdirSync(config);
    const keys = { newJob: ["w"], mark: ["ctrl+k"], again: ["W"] };
    writeFileSync(join(config, "terminal.json"), JSON.stringify({ theme: "light", keys }));
    const app = new TerminalApp(on.home, { columns: 100, rows: 40 });
    await app.until((text) => text.includes("w new"));
    app.press("c");
    await app.until((text) => text.includes("mark 2 to 4 jobs with ctrl+k to compare them"));
    await on.client.request("pause", { job: on.jobs[0]?.id ?? "" });
    await app.until((text) => text.includes("paused 0%"));
    app.press("E");
    await app.until((text) => text.includes("is paused; W makes a new job with its recipe"));
    app.press("?");
    await app.until((text) => /\bw +new job/.test(text));
    app.press("escape", "w");
    const text = await app.until((shown) => shown.includes("New job"));
    expect(text).not.toContain("Queue 1");
  });

  test("that are wrong are told of before the screen is taken", async () => {
    const { atelier } = await import("../support/atelier.ts");
    const home = newHome();
    mkdirSync(join(home, "config"), { recursive: true });
    writeFileSync(join(home, "config/terminal.json"), '{"colour": "blue"}');
    const app = new TerminalApp(home);
    expect(await app.exited).toBe(1);
    await app.settled();
    expect(app.screen).toBe("normal");
    expect(app.raw).toContain("terminal.json");
    expect((await atelier(["list"], home)).stderr).not.toContain("terminal.json");
  });
});

describe("every screen", () => {
  for (const [columns, rows] of [
    [60, 15],
    [300, 100],
  ] as const)
    test(`has a place at ${columns}×${rows}`, async () => {
      const on = await stage(0);
      await on.client.request("resume", { job: null });
      const { id } = await on.client.request("add", addParams(smallRecipe(pictures, { iterations: 8 })));
      await on.client.request("add", addParams(smallRecipe(pictures, { iterations: 9 })));
      await untilIteration(on.client, id, 8);
      const app = new TerminalApp(on.home, { columns, rows });
      await app.until((text) => text.includes("Queue 2"));
      for (const [key, seen] of [
        ["t", /checkpoint \d+ of \d+/],
        ["c", rows < 20 ? /total/ : /What differs/],
        ["n", /New job/],
        ["O", /Log of .* [1-9]\d* lines/],
        ["R", /Recipe of .* [1-9]\d* lines/],
        ["?", /any key goes back/],
      ] as const) {
        app.press(key);
        const whole = await app.until(
          (text) => seen.test(text) && text.startsWith("Atelier") && /\S.*$/.test(text),
        );
        expect(whole.split("\n"), key).toHaveLength(rows);
        app.press("escape");
        await app.until((text) => text.includes("Queue 2"));
      }
    });
});

test("escape and another key at once are both done; the first line fits, the last is about where one is", async () => {
  const on = await stage(1);
  const app = new TerminalApp(on.home, { columns: 120, rows: 30 });
  await app.until((text) => text.includes("Queue 1"));
  const last = (text: string) => text.split("\n").at(-1) ?? "";
  app.resize(80, 24);
  await app.until((text) =>
    /^Atelier queue paused · onnx on cpu, untrained.* · ≤ \d+ ms · v[\d.]+$/m.test(text),
  );
  app.resize(60, 20);
  await app.until((text) =>
    /^Atelier queue paused · onnx on cpu, untrained[^…]*$/.test(text.split("\n")[0] ?? ""),
  );
  app.resize(120, 30);
  app.press("R");
  await app.until((text) => text.includes("Recipe of") && !last(text).includes("pause"));
  app.press("escape", "?");
  const help = await app.until((text) => text.includes("any key goes back"));
  expect(help).toContain("a new job with its recipe");
  // Pictures that the studio had not placed yet do not wipe it away.
  await setTimeout(300);
  expect(app.text()).toContain("a new job with its recipe");
  app.press("escape", ":");
  await app.until((text) => text.includes("› "));
  app.press("escape", "n", "enter");
  await app.until((text) => /take .*mark/.test(last(text)));
  app.press("escape", "escape");
  await app.until((text) => text.includes("Queue 1") && last(text).includes("pause"));
});

/** Goes down to a line by its label. */
async function down(app: TerminalApp, label: string): Promise<void> {
  const chosen = (text: string) => text.split("\n").find((line) => line.includes("› "));
  for (let i = 0; i < 40 && !app.text().includes(`› ${label}  `); i++) {
    const before = chosen(app.text());
    app.press("down");
    // In the midst of a frame there may be none.
    await app.until((text) => ![undefined, before].includes(chosen(text)));
  }
  await app.until((text) => text.includes(`› ${label}  `));
}

test("a finished job's picture is there again after help", async () => {
  const on = await stage(0);
  await on.client.request("resume", { job: null });
  const { id } = await on.client.request("add", addParams(smallRecipe(pictures, { iterations: 2 })));
  await untilJob(on.client, id);
  const app = new TerminalApp(on.home, { columns: 100, rows: 40 });
  const count = (text: string) => (text.match(/▄/g) ?? []).length;
  const before = count(await app.until((text) => /▄ {2,}.*▄ {2,}.*▄|▄{60}/.test(text) && count(text) > 600));
  app.press("?");
  await app.until((text) => text.includes("any key goes back") && !text.includes("▄"));
  app.press("escape");
  const after = await app.until((text) => count(text) >= before);
  expect(after).toContain("Queue 1");
});
