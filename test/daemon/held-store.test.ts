import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, expect, test, vi } from "vitest";
import { startDaemon } from "../support/daemon.ts";
import { add, begun, system } from "../support/queue-desk.ts";
import { newHome } from "../support/temporary.ts";

afterEach(() => vi.useRealTimers());

/** Another program, as a backup, that keeps all others from writing. */
function hold(file: string): DatabaseSync {
  const other = new DatabaseSync(file);
  other.exec("BEGIN IMMEDIATE");
  return other;
}

test("another program that holds the store for a moment is waited for, and for long is told of", async () => {
  const home = newHome();
  const client = await (await startDaemon(home)).connect();
  const file = join(home, "data/atelier.db");
  const first = hold(file);
  const paused = client.request("pause", { job: null });
  setTimeout(() => first.close(), 20);
  await expect(paused).resolves.toBeNull();
  using _ = hold(file);
  await expect(client.request("resume", { job: null })).rejects.toThrow(
    `${join(home, "data")}: another program holds the store; try again when it has let go of it`,
  );
});

test("a daemon that is to start paused says who keeps it from writing that down", async () => {
  const home = newHome();
  await (await startDaemon(home)).end();
  using _ = hold(join(home, "data/atelier.db"));
  const why = /^cannot start: another program holds the store; try again/;
  await expect(startDaemon(home, ["--paused"])).rejects.toThrow(why);
});

test("a job gets on and ends while another program holds the store, which hears of it afterwards", async () => {
  const id = await begun();
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  const other = hold(system.layout.database);
  system.checkpoint(id, 10, true);
  system.finish(id);
  await vi.waitFor(() => expect(system.find(id).status.state).toBe("done"));
  vi.advanceTimersByTime(5000);
  await expect(add()).rejects.toThrow("database is locked");
  other.close();
  vi.advanceTimersByTime(5000);
  system.restart();
  expect(system.find(id).status.state).toBe("done");
});
