import { Server as NetServer } from "node:net";
import { expect, test, vi } from "vitest";
import { startLoneServer } from "../../support/lone-server.ts";
import { RawClient } from "../../support/raw-client.ts";

test("connections that cannot be taken are told of and end nothing, however many", async () => {
  const listen = vi.spyOn(NetServer.prototype, "listen");
  const problems: string[] = [];
  const { open } = await startLoneServer({ onError: ({ message }) => problems.push(message) });
  const [door] = listen.mock.contexts as NetServer[];
  // As the system does without a free descriptor.
  for (const which of ["first", "second"]) door?.emit("error", new Error(`accept EMFILE, the ${which}`));
  expect(problems).toEqual(["accept EMFILE, the first", "accept EMFILE, the second"]);
  expect(await open()).toBeInstanceOf(RawClient);
});
