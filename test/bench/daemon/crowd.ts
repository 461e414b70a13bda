/**
 * 64 clients in a process of their own: 48 that read and of which eight watch the picture, eight that never
 * read, eight that come back every second. `crowd.ts SOCKET JOB`.
 */
import { WebSocket } from "ws";
import { PROTOCOL_VERSION } from "../../../shared/protocol.ts";

const [socket, job] = process.argv.slice(2);

function open(): WebSocket {
  const client = new WebSocket(`ws+unix://${socket}:/`, { perMessageDeflate: false });
  client.on("error", () => {});
  client.on("open", () => client.send(JSON.stringify({ hello: PROTOCOL_VERSION, resume: null })));
  return client;
}

function watch(client: WebSocket): void {
  const params = { job, format: "jpeg", width: 200, perSecond: 2 };
  client.on("open", () => client.send(JSON.stringify({ id: 1, request: "watch", params })));
}

for (let i = 0; i < 48; i++) {
  const client = open();
  if (i < 8) watch(client);
}
for (let i = 0; i < 8; i++) {
  const client = open();
  watch(client);
  client.on("open", () => client.pause());
}
for (let i = 0; i < 8; i++) {
  let client = open();
  setInterval(() => {
    client.terminate();
    client = open();
    client.on("open", () =>
      client.send(
        JSON.stringify({
          id: 1,
          request: "list",
          params: { states: null, group: null, skip: 0, limit: 100 },
        }),
      ),
    );
  }, 1000);
}
