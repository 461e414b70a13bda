import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import sharp from "sharp";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { addParams, connectTo, startDaemon, untilJob } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";
import { TerminalApp } from "../support/terminal-app.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

/** A daemon whose only job is done. */
async function finishedJob(): Promise<{ home: string; id: string }> {
  const home = newHome();
  const client = await (await startDaemon(home)).connect();
  const { id } = await client.request("add", addParams(smallRecipe(pictures, { iterations: 2 })));
  await untilJob(client, id);
  return { home, id };
}

test("picture, losses and controls have the whole screen for as long as one wants", async () => {
  const { home, id } = await finishedJob();
  const app = new TerminalApp(home, { columns: 80, rows: 24 });
  const rowsOfPicture = (text: string) => text.split("\n").filter((line) => line.includes("▄▄▄▄")).length;
  await app.until((text) => text.includes("Queue 1") && rowsOfPicture(text) >= 9);

  app.press("f");
  const whole = await app.until((text) => rowsOfPicture(text) >= 18);
  expect(whole).not.toContain("Queue");
  expect(whole.split("\n").at(-2)).toMatch(new RegExp(`${id} .* done +100 % +iteration 2`));
  app.press("space");
  await app.until((text) => text.split("\n").at(-2)?.includes("content ") === true);
  app.press("2", "a");
  const losses = await app.until(
    (text) => /total [\d.]+ +iteration 2 of 1–2/.test(text) && !text.includes("▄"),
  );
  // What its axes are: logarithmic upwards, and from the first iteration to the last.
  expect(losses).toMatch(/^┃ +log .*\n┃ +1 +2 ┃$/m);
  for (const hidden of ["Queue", "Controls"]) expect(losses).not.toContain(hidden);
  app.press("3");
  await app.until((text) => text.includes("Controls") && !text.includes("Queue"));
  app.press("right");
  await app.until(
    (text) => /content +1\.\d+ .*●.* was 1/.test(text) && text.includes("1 pending: b branches"),
  );
  // Nobody loses it unasked.
  app.press("q");
  await app.until((text) => text.includes("throw a change not made yet away? y for yes"));
  app.press("n");
  await app.until((text) => !text.includes("throw") && text.includes("1 pending"));
  // First what is pending, then the way back.
  app.press("escape");
  await app.until((text) => !text.includes("pending") && !text.includes("Queue"));
  app.press("escape");
  await app.until((text) => text.includes("Queue 1") && rowsOfPicture(text) >= 9);
  // Whoever looks for other jobs has to see them.
  app.press("tab", "f");
  await app.until((text) => !text.includes("Queue"));
  app.press("/");
  await app.until((text) => text.includes("Queue 1"));
});

test("an earlier export is not written over unasked", async () => {
  const { home, id } = await finishedJob();
  const app = new TerminalApp(home, { columns: 100, rows: 30 });
  await app.until((text) => text.includes("Queue 1"));
  const file = `${id}.png`;
  writeFileSync(join(home, file), "mine");
  app.press("e");
  await app.until((text) => text.includes(`write over ${file}? y for yes`));
  app.press("n");
  await app.until((text) => !text.includes("y for yes"));
  app.press("t");
  await app.until((text) => text.includes("checkpoint 2 of 2: iteration 2"));
  const ofCheckpoint = `${id}-2.png`;
  writeFileSync(join(home, ofCheckpoint), "mine too");
  app.press("e");
  await app.until((text) => text.includes(`write over ${ofCheckpoint}? y for yes`));
  app.press("n");
  await app.until((text) => !text.includes("y for yes"));
  expect(readFileSync(join(home, file), "utf8")).toBe("mine");
  expect(readFileSync(join(home, ofCheckpoint), "utf8")).toBe("mine too");
});

test("while a value is typed the last line tells of its keys, and a form's complaint stays with the form", async () => {
  const { home } = await finishedJob();
  const app = new TerminalApp(home, { columns: 100, rows: 30 });
  const last = (text: string) => text.split("\n").at(-1) ?? "";
  await app.until((text) => text.includes("Queue 1"));
  app.press("3", "2", "3");
  await app.until((text) => /enter take +escape forget/.test(last(text)) && !last(text).includes("new"));
  app.press("escape");
  await app.until((text) => last(text).includes("less") && !text.includes("23▏"));
  app.press("4", "enter");
  await app.until((text) => /content +4 /.test(text) && text.includes("1 pending: b branches"));
  app.press("n", "ctrl+s");
  await app.until((text) => last(text).includes("which picture?"));
  app.press("escape");
  const studio = await app.until(
    (text) => text.includes("Queue 1") && !last(text).includes("which picture?"),
  );
  expect(last(studio)).toContain("help");
});

test("its controls lead to a branch with their changes, although nothing was left to do", async () => {
  const { home, id } = await finishedJob();
  const app = new TerminalApp(home, { columns: 120, rows: 30 });
  await app.until((text) => text.includes("Queue 1"));
  app.press("3", "4", "enter", "enter");
  await app.until((text) => text.includes(`${id} is done; b branches from it with these values`));
  app.press("b");
  await app.until((text) => /[a-z0-9]{8} branched at iteration 1 with content = 4/.test(text));
  const done = await app.until((text) => text.includes("Queue 2") && text.match(/✓ +done/g)?.length === 2);
  expect(done).not.toContain("pending");
  // Nor do they ask the daemon for what it must refuse where others take effect at once.
  app.press("v", "right");
  const live = await app.until((text) => text.includes("1 pending: b branches"));
  expect(live).not.toContain("atelier branch");
  app.press("escape");
  await app.until((text) => !text.includes("pending"));
  // A branch that would be the same job again is refused, and its reason told.
  app.press("b");
  await app.until((text) => text.includes("nothing is left to do after iteration 2"));
});

test("is not changed but made anew, and its recipe fills a screen that becomes larger", async () => {
  const home = newHome();
  const client = await (await startDaemon(home)).connect();
  await client.request("pause", { job: null });
  const { id } = await client.request("add", addParams(smallRecipe(pictures)));
  await client.request("cancel", { job: id });
  const app = new TerminalApp(home, { columns: 80, rows: 24 });
  await app.until((text) => text.includes("Queue 1"));
  app.press("E");
  await app.until((text) => text.includes(`${id} is cancelled; N makes a new job with its recipe`));
  app.press("R");
  const [, lines] = / of (\d\d) lines/.exec(await app.until((text) => / of \d\d lines/.test(text))) ?? [];
  expect(Number(lines)).toBeGreaterThan(35);
  app.press("space", "space", "space", "space");
  await app.until((text) => /(\d+) of \1 lines/.test(text));
  app.resize(80, 40);
  await app.until((text) => text.split("\n").filter((row) => /^┃ +[^\s┃]/.test(row)).length > 34);
});

test("its time line begins with the start, from which it is made anew", async () => {
  const { home, id } = await finishedJob();
  const app = new TerminalApp(home, { columns: 80, rows: 24 });
  await app.until((text) => text.includes("Queue 1"));
  app.press("t");
  await app.until((text) => text.includes(`${id}  checkpoint 2 of 2: iteration 2`));
  app.press("left", "left");
  await app.until((text) => text.includes(`${id}  start: a branch from here does all of it anew`));
  app.press("e");
  await app.until((text) => text.includes("nothing is made yet at the start"));
  app.press("b");
  const told = await app.until((text) => /[a-z0-9]{8} branched at iteration 0/.test(text));
  expect(told).not.toContain(`${id} branched`);
  app.press("right");
  await app.until((text) => text.includes("checkpoint 1 of 2: iteration 1"));
  // It ends with its job.
  const client = await connectTo(home);
  await client.request("remove", { job: id });
  client.close();
  await app.until((text) => text.includes(`${id} was removed`) && text.includes("Queue 1"));
});

test("a film of how it grew is written from the studio and its time line, and over none unasked", async () => {
  const { home, id } = await finishedJob();
  const app = new TerminalApp(home, { columns: 100, rows: 30 });
  await app.until((text) => text.includes("Queue 1"));
  const film = join(home, `${id}.webp`);
  app.press("F");
  await app.until((text) => text.includes(`wrote ${film}`));
  expect(await sharp(film, { animated: true }).metadata()).toMatchObject({ format: "webp", loop: 0 });
  writeFileSync(film, "mine");
  app.press("t");
  await app.until((text) => text.includes("checkpoint 2 of 2: iteration 2"));
  app.press("F");
  await app.until((text) => text.includes(`write over ${id}.webp? y for yes`));
  app.press("n");
  await app.until((text) => !text.includes("y for yes"));
  expect(readFileSync(film, "utf8")).toBe("mine");
  app.press("F", "y");
  await app.until(() => readFileSync(film, "utf8") !== "mine");
  expect((await sharp(film, { animated: true }).metadata()).pages).toBeGreaterThan(12);
});

test("that a film is being made is told until it is there, and the same one is not begun twice", async () => {
  const home = newHome();
  const daemon = await startDaemon(home);
  const client = await daemon.connect();
  const { id } = await client.request("add", addParams(smallRecipe(pictures, { iterations: 2 })));
  await untilJob(client, id);
  const app = new TerminalApp(home, { columns: 100, rows: 30 });
  await app.until((text) => text.includes("Queue 1") && text.includes("iteration 2 of 1–2"));
  // Its pictures have to be waited for.
  daemon.child.kill("SIGSTOP");
  app.press("F");
  await app.until((text) => text.includes("the film is being made…"));
  // By then a key takes other notices away.
  await setTimeout(1100);
  app.press("/");
  expect(await app.until((text) => text.includes("/▏ · Queue"))).toContain("the film is being made…");
  app.press("escape", "F");
  const film = join(home, `${id}.webp`);
  await app.until((text) => text.includes(`${film} is being made already`));
  daemon.child.kill("SIGCONT");
  await app.until((text) => text.includes(`wrote ${film}`));
});

test("the choice goes on with a branch, wherever it is made, but stays where it was put meanwhile", async () => {
  const { home, id } = await finishedJob();
  const client = await connectTo(home);
  onTestFinished(() => client.close());
  await client.request("pause", { job: null });
  const app = new TerminalApp(home, { columns: 160, rows: 30 });
  const branches = async () =>
    (await client.request("list", { states: null, group: null, skip: 0, limit: 9 })).filter(
      ({ branchedFrom }) => branchedFrom !== null,
    );
  const untilChosen = async (job: string | undefined) =>
    await app.until((text) => new RegExp(`›.* ${job?.slice(0, 4)} *[│┃]`).test(text));
  await untilChosen(id);
  app.press("2", "+");
  await app.until((text) => text.includes("iteration 2 of 2–2"));
  app.press("3", "4", "enter", "b");
  await app.until((text) => text.includes("Queue 2"));
  const [first] = await branches();
  await untilChosen(first?.id);
  app.press("tab", "end");
  await untilChosen(id);
  // Its losses are whole again: the part of them was left with it.
  await app.until((text) => text.includes("iteration 2 of 1–2"));
  // Of the start, which is no end.
  app.press("t", "home", "b");
  await app.until((text) => text.includes("branched at iteration 0"));
  app.press("escape");
  const second = (await branches()).find((one) => one.id !== first?.id);
  await untilChosen(second?.id);
  app.press("b", "end");
  await app.until((text) => text.includes("Queue 4") && /branched at iteration 0, as \w{8}/.test(text));
  await untilChosen(id);
  expect(await branches()).toHaveLength(3);
});
