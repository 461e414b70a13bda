import { setTimeout } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
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
