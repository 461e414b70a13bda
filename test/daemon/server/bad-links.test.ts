import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import sharp from "sharp";
import { beforeAll, expect, test } from "vitest";
import { normals } from "../../../daemon/random.ts";
import { Connection } from "../../../tui/client/connection.ts";
import { addParams, socketOf, startDaemon } from "../../support/daemon.ts";
import { smallPictures } from "../../support/pictures.ts";
import { startProxy } from "../../support/proxy.ts";
import { RawClient } from "../../support/raw-client.ts";
import { smallRecipe } from "../../support/recipes.ts";
import { newHome, temporaryFolder } from "../../support/temporary.ts";

const folder = temporaryFolder();
let pictures: { content: string; style: string };

beforeAll(async () => {
  pictures = await smallPictures(folder);
});

async function start() {
  const daemon = await startDaemon(newHome(), ["--weights", "untrained", "--paused"]);
  const proxy = await startProxy(socketOf(daemon.home));
  const good = await daemon.connect();
  const clients = async () => (await good.request("status", {})).clients;
  return { daemon, proxy, good, clients, url: `ws://127.0.0.1:${proxy.port}` };
}

test("a link that is cut in the middle of a frame leaves nothing behind", async () => {
  const { proxy, good, clients, url } = await start();
  for (const bytes of [1, 5, 40]) {
    const raw = await RawClient.open(url);
    proxy.cutAfter(bytes);
    raw.send({ id: 1, request: "add", params: addParams(smallRecipe(pictures)) });
    expect(await raw.closed).toBe(1006);
    proxy.cutAfter(Number.POSITIVE_INFINITY);
  }
  while ((await clients()) > 1) await setTimeout(10);
  expect(await good.request("list", { states: null, group: null, skip: 0, limit: 9 })).toEqual([]);
});

test("a link that goes silent in both directions is noticed and forgotten", async () => {
  const { proxy, clients, url } = await start();
  const raw = await RawClient.open(url);
  expect(await clients()).toBe(2);
  proxy.stall();
  // The second ping finds that the first was not answered.
  while ((await clients()) > 1) await setTimeout(200);
  raw.terminate();
}, 60_000);

test("a client whose link is cut comes back by itself, and what it asked is done once", async () => {
  const { proxy, good, clients, url } = await start();
  const client = new Connection({ url, options: {}, name: url, isLocal: true });
  await client.open();
  const added = client.request("add", addParams(smallRecipe(pictures)));
  proxy.cut();
  const { id } = await added;
  client.close();
  const jobs = await good.request("list", { states: null, group: null, skip: 0, limit: 9 });
  expect(jobs.map((job) => job.id)).toEqual([id]);
  while ((await clients()) > 1) await setTimeout(10);
});

test("a large picture on a slow link costs no client its connection", async () => {
  const { proxy, good, url } = await start();
  const side = 1600;
  const noise = normals(1, 0, 3 * side * side, 50).map((value) => value + 128);
  const content = join(folder, "noise.png");
  const raw = { width: side, height: side, channels: 3 } as const;
  await sharp(Uint8Array.from(noise), { raw }).png().toFile(content);
  const recipe = smallRecipe({ ...pictures, content }, { size: side });
  const { id } = await good.request("add", addParams(recipe));
  const client = await RawClient.open(url);
  proxy.slowDown(2e6);
  const answer = client.ask("picture", {
    job: id,
    of: "content",
    style: 0,
    iteration: null,
    format: "png",
    width: 4096,
  });
  const isThere = answer.then(() => true);
  do await good.request("set", { job: id, changes: { style: 2 } });
  while (!(await Promise.race([isThere, setTimeout(50, false)])));
  expect(JSON.stringify((await answer)["result"]).length).toBeGreaterThan(5e6);
  // The same client goes on, with all that came in between.
  expect(await client.ask("status", {}, 2)).toHaveProperty("result");
  expect(client.frames.filter((frame) => "event" in frame).length).toBeGreaterThan(10);
}, 60_000);
