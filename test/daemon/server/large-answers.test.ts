import { expect, test } from "vitest";
import type { Client } from "../../../daemon/server/client.ts";
import { startLoneServer } from "../../support/lone-server.ts";

test("who asks for many large pictures at once gets all of them, made as they are read, and holds up nobody", async () => {
  const made = new Map<Client, number>();
  const { open } = await startLoneServer({
    handle: async (_name, _params, _key, client) => {
      made.set(client, (made.get(client) ?? 0) + 1);
      return await Promise.resolve({ data: "A".repeat(2e6) });
    },
  });
  const [slow, other] = [await open(), await open()];
  const wish = { job: "a", of: "made", style: 0, iteration: null, format: "png", width: 4096 };
  slow.stream.pause();
  const ids = Array.from({ length: 14 }, (_, id) => id);
  for (const id of ids) slow.send({ id, request: "picture", params: wish });
  expect(await other.ask("picture", wish)).toHaveProperty("result");
  await expect.poll(() => [...made.values()].toSorted((a, b) => a - b)).toEqual([1, 2]);
  slow.stream.resume();
  const answers = [];
  while (answers.length < ids.length) answers.push((await slow.next((frame) => "result" in frame))["answer"]);
  expect(new Set(answers)).toEqual(new Set(ids));
});
