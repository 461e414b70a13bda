import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { dirname } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import { PROTOCOL_VERSION } from "../../shared/protocol.ts";
import { atelier } from "../support/atelier.ts";
import { socketOf } from "../support/daemon.ts";
import { newHome } from "../support/temporary.ts";
import { TerminalApp } from "../support/terminal-app.ts";

/** A daemon of another version: of what it says only the refusal and the answer to `shutdown` are known here. */
async function startOther(home: string, version: number): Promise<void> {
  mkdirSync(dirname(socketOf(home)), { mode: 0o700 });
  const door = createServer();
  const server = new WebSocketServer({ server: door });
  onTestFinished(() => void door.close());
  server.on("connection", (socket) => {
    const say = (frame: unknown) => socket.send(JSON.stringify(frame));
    socket.on("message", (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as { hello?: number; id?: number; request?: string };
      const { hello, id, request } = frame;
      if (hello === version) {
        say({ welcome: version, mood: "fine" });
        say({ sequence: 1, event: { event: "party" } });
      } else if (hello !== undefined) {
        const side = hello < version ? "client" : "daemon";
        const message = `the client speaks protocol ${hello} and the daemon ${version}; upgrade the ${side}`;
        say({ answer: null, error: { code: "version", message } });
        socket.close(1002, "protocol version");
      } else if (request === "shutdown") {
        say({ answer: id, result: {} });
        door.close();
        socket.close(1001);
      }
    });
  });
  door.listen(socketOf(home));
  await once(door, "listening");
}

test.each([
  ["an older", PROTOCOL_VERSION - 1, "daemon"],
  ["a newer", PROTOCOL_VERSION + 1, "client"],
])("a daemon of %s version: commands say so and how to end it, and it ends", async (_name, version, side) => {
  const home = newHome();
  await startOther(home, version);
  const said = new RegExp(
    `error: the client speaks protocol ${PROTOCOL_VERSION} and the daemon ${version}; upgrade the ${side}; to end this daemon: atelier down\n`,
  );
  for (const args of [["list"], ["up"], ["--plain"]])
    expect(await atelier(args, home)).toMatchObject({ code: 1, stderr: expect.stringMatching(said) });
  expect(await atelier(["down"], home)).toMatchObject({ code: 0, stdout: "the daemon is down\n" });
  expect((await atelier(["list"], home)).stderr).toContain("no daemon is running here");
});

test("the studio says so too, and does not offer to start one", async () => {
  const home = newHome();
  await startOther(home, PROTOCOL_VERSION - 1);
  const app = new TerminalApp(home, { columns: 160 });
  const text = await app.until((now) => now.includes("upgrade the daemon; to end this daemon: atelier down"));
  expect(text).toContain("waiting for the daemon");
  expect(text).not.toMatch(/start/);
});
