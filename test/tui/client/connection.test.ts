import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { MAX_FRAME_BYTES, MAX_REQUESTS_AT_ONCE, PROTOCOL_VERSION } from "../../../shared/protocol.ts";
import { Connection } from "../../../tui/client/connection.ts";
import { addParams } from "../../support/daemon.ts";
import { smallRecipe } from "../../support/recipes.ts";

/** A daemon that does to every request, the so-many-th of its link, what is wanted; and a client of it. */
async function strangeDaemon(onRequest: (socket: WebSocket, id: number, link: number) => void) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  let links = 0;
  let requests = 0;
  server.on("connection", (socket) => {
    const link = ++links;
    const welcome = { stream: "s", sequence: 0, replayed: false, paused: false, version: "0" };
    socket.on("message", (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as { hello: number } | { id: number };
      if ("hello" in frame) return socket.send(JSON.stringify({ welcome: PROTOCOL_VERSION, ...welcome }));
      requests++;
      onRequest(socket, frame.id, link);
    });
  });
  const { port } = server.address() as AddressInfo;
  const daemon = new Connection({
    url: `ws://127.0.0.1:${port}`,
    options: {},
    name: "strange",
    isLocal: true,
  });
  onTestFinished(() => {
    daemon.close();
    server.close();
  });
  await daemon.open();
  return { daemon, links: () => links, requests: () => requests };
}

const LIST = { states: null, group: null, skip: 0, limit: 1 };

test.each([
  ["an event that is not known", JSON.stringify({ sequence: 1, event: { event: "party" } })],
  ["what is not JSON", "{"],
  ["a picture that is none", Buffer.from([3])],
])("%s ends what waits, and is not asked for again and again", async (_name, frame) => {
  const { daemon, links } = await strangeDaemon((socket) => socket.send(frame));
  await expect(daemon.request("list", LIST)).rejects.toThrow(
    /strange: what the daemon sends is not understood/,
  );
  await setTimeout(500);
  expect(links()).toBeLessThan(5);
});

test("a request that is larger than the daemon takes is not sent, and said with its size", async () => {
  const { daemon, requests } = await strangeDaemon(() => {});
  const timeline = Array.from({ length: 9000 }, (_, iteration) => ({
    iteration,
    changes: { content: 0.123456789, style: 0.123456789, "style.conv4_1": 0.123456789, tv: 0.123456789 },
  }));
  const recipe = smallRecipe({ content: "/photo.png", style: "/painting.png" });
  await expect(daemon.request("add", addParams(recipe, { timeline }))).rejects.toThrow(
    new RegExp(`the request "add" has \\d{7} bytes, and the daemon takes at most ${MAX_FRAME_BYTES};`),
  );
  expect(requests()).toBe(0);
});

test.each([
  [1009, "", /strange: a request was larger than the daemon takes/],
  [1007, "a frame is not JSON", /does not understand this client: a frame is not JSON/],
  [1008, "too many malformed frames", /does not understand this client: too many malformed/],
])("what a daemon closes the link for (%i) is not sent to it again", async (code, said, problem) => {
  const { daemon, requests } = await strangeDaemon((socket) => socket.close(code, said));
  await expect(daemon.request("list", LIST)).rejects.toThrow(problem);
  await once(daemon, "open");
  expect(requests()).toBe(1);
});

test("an answer that is too large for the client ends what waits for it", async () => {
  const { daemon, requests } = await strangeDaemon((socket) => socket.send(Buffer.alloc((64 << 20) + 1)));
  await expect(daemon.request("list", LIST)).rejects.toThrow(/strange: the daemon's answer is too large/);
  await once(daemon, "open");
  expect(requests()).toBe(1);
});

test("any number of requests may be made at once: no more are on their way than the daemon takes, in their order", async () => {
  const waiting = new Map<number, number>();
  const again: number[] = [];
  let most = 0;
  const { daemon, links } = await strangeDaemon((socket, id, link) => {
    const now = (waiting.get(link) ?? 0) + 1;
    waiting.set(link, now);
    most = Math.max(most, now);
    // All that are not answered come again.
    if (link === 1) return now > 10 && socket.terminate();
    again.push(id);
    const answer = async () => {
      await setTimeout(10);
      waiting.set(link, (waiting.get(link) ?? 0) - 1);
      socket.send(JSON.stringify({ answer: id, result: [] }));
    };
    void answer();
  });
  const asked = Array.from(
    { length: 3 * MAX_REQUESTS_AT_ONCE },
    async () => await daemon.request("list", LIST),
  );
  expect((await Promise.all(asked)).length).toBe(asked.length);
  expect(most).toBeLessThanOrEqual(MAX_REQUESTS_AT_ONCE);
  expect(links()).toBe(2);
  expect(again).toEqual(again.toSorted((a, b) => a - b));
});
