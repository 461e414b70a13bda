import { Server as NetServer } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { Server } from "../../../daemon/server/server.ts";
import { RawClient } from "../../support/raw-client.ts";
import { newHome } from "../../support/temporary.ts";

test("connections that cannot be taken are told of and end nothing, however many", async () => {
  const listen = vi.spyOn(NetServer.prototype, "listen");
  const problems: string[] = [];
  const server = new Server({
    handle: async () => await Promise.resolve({}),
    explain: (error) => ({ code: "internal", message: String(error) }),
    welcome: () => ({ version: "", paused: false }),
    onLeave: () => {},
    onError: ({ message }) => problems.push(message),
    metrics: async () => await Promise.resolve(""),
  });
  onTestFinished(async () => await server.close());
  const socket = join(newHome(), "run/daemon.sock");
  await server.listenOnSocket(socket);
  const [door] = listen.mock.contexts as NetServer[];
  // As the system does without a free descriptor.
  for (const which of ["first", "second"]) door?.emit("error", new Error(`accept EMFILE, the ${which}`));
  expect(problems).toEqual(["accept EMFILE, the first", "accept EMFILE, the second"]);
  expect(await RawClient.open(`ws+unix://${socket}:/`)).toBeInstanceOf(RawClient);
});
