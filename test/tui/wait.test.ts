import { once } from "node:events";
import { beforeAll, expect, test } from "vitest";
import { atelier, ended, startAtelier } from "../support/atelier.ts";
import { addParams, startDaemon } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";

const DAEMON = ["--paused", "--weights", "untrained"];
const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

test("the whole queue is waited for but for what is held and what comes after that, which a note counts", async () => {
  const daemon = await startDaemon(newHome(), DAEMON);
  const { home } = daemon;
  const client = await daemon.connect();
  const add = async (rest: object) =>
    (await client.request("add", addParams(smallRecipe(pictures), rest))).id;
  const first = await add({ held: true });
  const second = await add({ after: [first] });
  const waited = await atelier(["wait"], home);
  expect(waited.code).toBe(0);
  expect(waited.stderr).toContain(`not waited for, since held or paused, or after such a job: 2 jobs`);
  expect(waited.stderr).toContain(`(${first} ${second}); start them with: atelier resume ID`);
  for (let n = 0; n < 10; n++) await add({ held: true });
  expect((await atelier(["wait"], home)).stderr).toMatch(/12 jobs \((\w{8} ){8}and 4 more\)/);
});

test("who waits no longer than so many seconds is told by an exit code of its own", async () => {
  const daemon = await startDaemon(newHome(), DAEMON);
  const client = await daemon.connect();
  const { id } = await client.request("add", addParams(smallRecipe(pictures)));
  const outcome = await atelier(["wait", id, "--timeout", "0.2", "--json"], daemon.home);
  const error = "not all jobs have ended after 0.2 s; see: atelier list";
  expect(outcome).toMatchObject({ code: 124, stdout: `${JSON.stringify({ error })}\n` });
  await client.request("cancel", { job: id });
  expect((await atelier(["wait", id, "--timeout", "60"], daemon.home)).code).toBe(1);
});

test("who waits is told once for each reason that the link is lost, and that it is back", async () => {
  const home = newHome();
  const first = await startDaemon(home, DAEMON);
  const client = await first.connect();
  const { id } = await client.request("add", addParams(smallRecipe(pictures), { held: true }));
  const followers = [
    ["wait", id],
    ["watch", id],
    ["watch", id, "--json"],
  ].map((args) => startAtelier(args, home));
  const outcomes = Promise.all(followers.map(ended));
  const said = followers.map((child, i) => {
    const stream = i === 2 ? child.stdout : child.stderr;
    let text = "";
    stream?.on("data", (chunk: Buffer) => (text += chunk.toString()));
    return () => text;
  });
  await Promise.all(followers.map(async ({ stderr }) => stderr && (await once(stderr, "data"))));
  await first.kill();
  for (const text of said)
    await expect.poll(text, { timeout: 20_000 }).toContain("no daemon is running here");
  await startDaemon(home, DAEMON);
  for (const text of said) await expect.poll(text, { timeout: 20_000 }).toMatch(/the link is back|"back"/);
  await atelier(["cancel", id], home);
  for (const [i, { stdout, stderr }] of (await outcomes).entries()) {
    const lost = (i === 2 ? stdout : stderr).split("\n").filter((line) => /link lost|"lost"/.test(line));
    expect(lost).toEqual([...new Set(lost)]);
  }
  const [, watched] = await outcomes;
  expect(watched?.stderr).toContain(`${id} is held; start it with: atelier resume ${id}`);
});
