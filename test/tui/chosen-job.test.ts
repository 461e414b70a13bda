import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Job } from "../../shared/jobs.ts";
import type { Params } from "../../shared/requests.ts";
import type { Connection } from "../../tui/client/connection.ts";
import { atelier } from "../support/atelier.ts";
import { addParams, startDaemon } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";
import { TerminalApp } from "../support/terminal-app.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

/** A daemon with a paused queue. */
async function stage() {
  const home = newHome();
  const daemon = await startDaemon(home);
  const client: Connection = await daemon.connect();
  await client.request("pause", { job: null });
  const add = async (size: number, rest: Partial<Params<"add">> = {}): Promise<Job> =>
    await client.request("add", addParams(smallRecipe(pictures, { size, iterations: 9 }), rest));
  return { home, daemon, client, add };
}

/** What the panes from left to right have in them, however it is wrapped. */
function panes(text: string): string[] {
  const rows = text.split("\n").map((row) => row.split(/[│┃]/).filter(Boolean));
  return [0, 1].map((pane) => rows.map((row) => row[pane]?.trim() ?? "").join(" "));
}

test("what there is to know of the chosen job is below the queue, as much of it as there is room for", async () => {
  const { home, client, add } = await stage();
  const out = join(home, "a.png");
  const first = await add(40, { group: "night", out });
  const second = await add(48, { group: "day", priority: -2, after: [first.id] });
  const app = new TerminalApp(home, { columns: 80, rows: 24 });
  // Two of the same pictures are told apart.
  await app.until((text) => text.includes("Queue 2") && text.includes(`${first.id}  40×27  [night]`));
  app.press("down");
  await app.until((text) => text.includes(`${second.id}  48×32  [day]`) && text.includes("priority -2"));
  app.resize(60, 20);
  await app.until((text) => text.includes(`${second.id}  48×32`));
  app.resize(160, 50);
  const added = /added +\d{4}-\d\d-\d\d \d\d:\d\d/;
  const whole = await app.until((text) => added.test(text));
  for (const fact of [/priority +-2/, new RegExp(`after +${first.id}`), /stages +48px×9/, /method +default/])
    expect(whole).toMatch(fact);
  app.press("up");
  await app.until((text) => panes(text)[0]?.replaceAll(/\s/g, "").includes(`goesto${out}`) === true);
  // The list has its room first, and says what it hides.
  for (let i = 0; i < 18; i++) await add(32);
  app.press("end");
  await app.until(
    (text) => text.includes("Queue 20") && /\d+ above/.test(text) && /stages 48px×9/.test(text),
  );
  await client.request("cancel", { job: second.id });
  app.resize(80, 24);
  await app.until(
    (text) => /cancelled -2 \S+ × .* 14 above/s.test(text) && text.includes(`${second.id}  48×32  [day]`),
  );

  const { stdout } = await atelier(["show", second.id], home);
  for (const fact of [/size +48×32\n/, /stages +48px×9\n/, /group +day\n/, added, /ended +\d{4}-/])
    expect(stdout).toMatch(fact);
});

test("the last line tells of what can be done with the chosen job as it is, and of the way back to all parts", async () => {
  const { home, client, add } = await stage();
  const { id } = await add(40);
  await add(40, { after: [id] });
  const app = new TerminalApp(home, { columns: 60, rows: 20 });
  const last = (text: string) => text.split("\n").at(-1) ?? "";
  // Nothing is made yet that could be exported.
  await app.until((text) => /^p pause {2}b branch {2}x cancel {2}(?!e)/.test(last(text)));
  app.press("p");
  await app.until((text) => text.includes(`${id} is paused`));
  app.press("tab", "shift+tab");
  await app.until((text) => /^p go on {2}b branch/.test(last(text)));
  await client.request("cancel", { job: id });
  await app.until((text) => /^r retry {2}b branch {2}m mark/.test(last(text)));
  for (const seen of [
    /^r retry {2}f all parts/,
    /^f all parts {2}left values/,
    /^f all parts {2}left less/,
  ]) {
    app.press("f");
    await app.until((text) => seen.test(last(text)));
    app.press("f", "tab");
    expect(last(await app.until((text) => !text.includes("all parts")))).toContain("? help");
  }
});

test("why a job failed is read to its end on a small screen", async () => {
  const { home, client, add } = await stage();
  const first = await add(40);
  await add(40, { after: [first.id] });
  await client.request("cancel", { job: first.id });
  const app = new TerminalApp(home, { columns: 80, rows: 24 });
  await app.until((text) => text.includes("Queue 2"));
  const why = `it was to come after job ${first.id}, which is cancelled`;
  app.press("/", "failed", "enter");
  await app.until((text) => panes(text)[1]?.includes(why) === true);
  expect(panes(app.text())[0]).toContain(`after ${first.id}`);
});

test("without the daemon no screen says what only that could know", async () => {
  const { home, daemon, add } = await stage();
  await add(40);
  await add(48);
  const app = new TerminalApp(home, { columns: 80, rows: 24 });
  await app.until((text) => text.includes("Queue 2"));
  await daemon.kill();
  await app.until((text) => /^Atelier link lost.* queue paused$/m.test(text));
  app.press("down", "t");
  await app.until((text) => text.includes("checkpoints: not known without the daemon"));
  app.press("b");
  expect(await app.until((text) => text.includes("no link to the daemon"))).not.toContain(
    "no checkpoint yet",
  );
});

test("a branch leaves a filter as it is that hides it, or that is being written", async () => {
  const { home, add } = await stage();
  const { id } = await add(40);
  const app = new TerminalApp(home, { columns: 160, rows: 30 });
  const isChosen = (text: string) => panes(text)[0]?.includes(`${id}  40×27`) === true;
  await app.until(isChosen);
  app.press("/", id, "enter");
  await app.until((text) => text.includes(`/${id} · Queue 1`));
  app.press("b");
  const told = await app.until((text) => text.includes(`${id} branched at iteration 0, as `));
  expect(told).toContain(`/${id} · Queue 1 of 2`);
  expect(isChosen(told)).toBe(true);
  // In one piece: the filter, which hides neither, is begun before the branch is there.
  app.press("b/photo");
  await app.until((text) => text.includes("Queue 3"));
  app.press("escape");
  expect(isChosen(await app.until((text) => text.includes("┃ Queue 3")))).toBe(true);
});
