import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { PROTOCOL_VERSION } from "../../../shared/protocol.ts";
import type { WorkerInfo } from "../../../shared/requests.ts";
import { Mirror } from "../../../tui/app/mirror.ts";
import { Connection } from "../../../tui/client/connection.ts";

const WORKER: WorkerInfo = {
  id: "onnx/cpu",
  pid: 1,
  engine: "",
  device: "",
  weights: "",
  state: "starting",
  detail: "",
  job: null,
  restarts: 0,
  load: null,
};

/** A daemon that answers the state of its worker and, in the same breath, says that it has changed. */
async function hastyDaemon() {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  server.on("connection", (socket) => {
    const welcome = { stream: "s", sequence: 0, replayed: false, paused: false, version: "0" };
    const send = (frame: object) => socket.send(JSON.stringify(frame));
    socket.on("message", (data: Buffer) => {
      const { id, request } = JSON.parse(data.toString()) as { id?: number; request?: string };
      if (id === undefined) return send({ welcome: PROTOCOL_VERSION, ...welcome });
      if (request === "list") return send({ answer: id, result: [] });
      if (request !== "status") return;
      inOnePacket(socket, () => {
        send({ answer: id, result: { workers: [WORKER] } });
        send({ sequence: 1, event: { event: "worker", worker: { ...WORKER, state: "ready" } } });
      });
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    address: { url: `ws://127.0.0.1:${port}`, options: {}, name: "hasty", isLocal: true },
    [Symbol.dispose]: () => server.close(),
  };
}

function inOnePacket(socket: WebSocket, write: () => void): void {
  const { _socket: stream } = socket as unknown as { _socket: { cork(): void; uncork(): void } };
  stream.cork();
  write();
  stream.uncork();
}

test("a change that comes right behind an answer is not overwritten by it", async () => {
  using hasty = await hastyDaemon();
  const daemon = new Connection(hasty.address);
  const mirror = new Mirror(daemon);
  try {
    daemon.start();
    await expect.poll(() => mirror.snapshot().workers.map(({ state }) => state)).not.toEqual([]);
    // Until the list has come as well.
    await daemon.request("list", { states: null, group: null, skip: 0, limit: 1 });
    expect(mirror.snapshot().workers.map(({ state }) => state)).toEqual(["ready"]);
  } finally {
    daemon.close();
  }
});
