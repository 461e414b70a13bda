import { expect, test } from "vitest";
import type { Client } from "../../../daemon/server/client.ts";
import { EventLog, MAX_EVENTS, MAX_KEPT_BYTES } from "../../../daemon/server/events.ts";
import { MAX_UNASKED_BYTES } from "../../../daemon/server/outbox.ts";
import { MAX_WISHES_PER_CLIENT, Previews } from "../../../daemon/server/previews.ts";
import { MAX_CLIENTS } from "../../../daemon/server/server.ts";
import { MAX_REQUESTS_AT_ONCE } from "../../../shared/protocol.ts";
import { startLoneServer } from "../../support/lone-server.ts";

test("of a client so many requests are carried out at once, and one more is refused", async () => {
  const answers: (() => void)[] = [];
  const { open } = await startLoneServer({
    handle: async () => await new Promise((resolve) => answers.push(() => resolve({}))),
  });
  const client = await open();
  const pause = { request: "pause", params: { job: null } };
  for (let id = 1; id <= MAX_REQUESTS_AT_ONCE + 1; id++) client.send({ id, ...pause });
  expect(await client.next((frame) => "answer" in frame)).toEqual({
    answer: MAX_REQUESTS_AT_ONCE + 1,
    error: { code: "refused", message: `more than ${MAX_REQUESTS_AT_ONCE} requests at once` },
  });
  expect(answers).toHaveLength(MAX_REQUESTS_AT_ONCE);
  answers[0]?.();
  expect(await client.next((frame) => "answer" in frame)).toHaveProperty("result");
  client.send({ id: 99, ...pause });
  await expect.poll(() => answers.length).toBe(MAX_REQUESTS_AT_ONCE + 1);
});

test("so many clients are let in, and one more is told that there are too many", async () => {
  const { open } = await startLoneServer();
  const [first] = await Promise.all(Array.from({ length: MAX_CLIENTS }, open));
  await expect(open()).rejects.toThrow("503");
  first?.terminate();
  await expect.poll(async () => await open().catch(() => undefined)).toBeDefined();
});

test("who reads nothing is sent no more pictures, and is let go in the end, while others get all", async () => {
  const clients: Client[] = [];
  const { server, open } = await startLoneServer({
    handle: async (_name, _params, _key, client) => await Promise.resolve({ place: clients.push(client) }),
  });
  const [slow, other] = [await open(), await open()];
  await slow.ask("status", {});
  slow.stream.pause();
  for (let i = 0; i < 20; i++) server.sendPreview(clients[0] as Client, Buffer.alloc(1 << 20));
  expect(server.droppedPreviews).toBeGreaterThan(15);
  for (let bytes = 0; bytes <= MAX_UNASKED_BYTES; bytes += 1 << 20) {
    server.broadcast({ event: "removed", id: "a".repeat(1 << 20) });
    await other.next((frame) => "event" in frame);
  }
  server.broadcast({ event: "queue", paused: true });
  await expect.poll(() => server.clients).toBe(1);
});

test("events are kept up to a number and a size, and who missed more is told to ask anew", () => {
  const many = new EventLog();
  for (let i = 0; i <= MAX_EVENTS; i++) many.add({ event: "removed", id: "a" });
  expect(many.after(many.stream, 0)).toBeUndefined();
  expect(many.after(many.stream, 1)).toHaveLength(MAX_EVENTS);
  const large = new EventLog();
  for (let i = 0; i < 10; i++) large.add({ event: "removed", id: "a".repeat(MAX_KEPT_BYTES / 8) });
  expect(large.after(large.stream, 0)).toBeUndefined();
  expect(large.after(large.stream, 4)).toHaveLength(6);
});

test("a client sees so many jobs at once: one more takes the place of the first", () => {
  const watched = new Set<string>();
  const previews = new Previews<string>((job, wishes) =>
    wishes.length > 0 ? watched.add(job) : watched.delete(job),
  );
  const jobs = Array.from({ length: MAX_WISHES_PER_CLIENT + 1 }, (_, i) => `job ${i}`);
  for (const job of jobs) previews.set("a client", { job, format: "png", width: 100, perSecond: 1 });
  expect([...watched]).toEqual(jobs.slice(1));
});
