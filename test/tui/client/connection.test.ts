import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { WebSocketServer } from "ws";
import { PROTOCOL_VERSION } from "../../../shared/protocol.ts";
import { Connection } from "../../../tui/client/connection.ts";

/** A daemon that answers to every request with a frame of its own kind, and counts its clients. */
async function strangeDaemon(frame: string | Buffer) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  let links = 0;
  server.on("connection", (socket) => {
    links++;
    const welcome = { stream: "s", sequence: 0, replayed: false, paused: false, version: "0" };
    socket.on("message", (data: Buffer) => {
      const isHello = "hello" in (JSON.parse(data.toString()) as object);
      socket.send(isHello ? JSON.stringify({ welcome: PROTOCOL_VERSION, ...welcome }) : frame);
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: { url: `ws://127.0.0.1:${port}`, options: {}, name: "strange", isLocal: true },
    links: () => links,
    [Symbol.dispose]: () => server.close(),
  };
}

test.each([
  ["an event that is not known", JSON.stringify({ sequence: 1, event: { event: "party" } })],
  ["what is not JSON", "{"],
  ["a picture that is none", Buffer.from([3])],
])("%s ends what waits, and is not asked for again and again", async (_name, frame) => {
  using strange = await strangeDaemon(frame);
  const daemon = new Connection(strange.address);
  try {
    await daemon.open();
    const asked = daemon.request("list", { states: null, group: null, skip: 0, limit: 1 });
    await expect(asked).rejects.toThrow(/strange: what the daemon sends is not understood/);
    await setTimeout(500);
    expect(strange.links()).toBeLessThan(5);
  } finally {
    daemon.close();
  }
});
