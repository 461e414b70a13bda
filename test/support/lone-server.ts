import { join } from "node:path";
import { onTestFinished } from "vitest";
import { Server, type ServerOptions } from "../../daemon/server/server.ts";
import { RawClient } from "./raw-client.ts";
import { newHome } from "./temporary.ts";

/** The server without a daemon behind it, on a socket of its own until the test ends, and what opens a link to it. */
export async function startLoneServer(
  options: Partial<ServerOptions> = {},
): Promise<{ server: Server; open: () => Promise<RawClient> }> {
  const server = new Server({
    handle: async () => await Promise.resolve({}),
    explain: (error) => ({ code: "internal", message: String(error) }),
    welcome: () => ({ version: "", paused: false }),
    onLeave: () => {},
    onError: () => {},
    metrics: async () => await Promise.resolve(""),
    ...options,
  });
  onTestFinished(async () => await server.close());
  const socket = join(newHome(), "run/daemon.sock");
  await server.listenOnSocket(socket);
  return { server, open: async () => await RawClient.open(`ws+unix://${socket}:/`) };
}
