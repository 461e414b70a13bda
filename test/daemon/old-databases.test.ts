import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../daemon/queue/database.ts";
import { REQUESTS } from "../../shared/requests.ts";
import { startDaemon } from "../support/daemon.ts";
import { newHome } from "../support/temporary.ts";

const fixtures = join(import.meta.dirname, "../fixtures/databases");

/** Jobs of each release's database, as they were left. */
const LEFT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "v1.db": {
    "92c5dysa": "paused",
    "8qo2mriu": "queued",
    b9zo0ybn: "cancelled",
    "1gfm7q6x": "done",
    "84wl0jvk": "done",
  },
};

for (const name of readdirSync(fixtures))
  test(`a store that was written as ${name} is read whole`, async () => {
    const home = newHome();
    mkdirSync(join(home, "data"), { recursive: true });
    copyFileSync(join(fixtures, name), join(home, "data/atelier.db"));
    const client = await (await startDaemon(home)).connect();
    const jobs = await client.request("list", { states: null, group: null, skip: 0, limit: 100 });
    expect(Object.fromEntries(jobs.map(({ id, status }) => [id, status.state]))).toEqual(LEFT[name]);
    for (const { id } of jobs) {
      const shown = await client.request("show", { job: id });
      expect(REQUESTS.show.result.parse(shown)).toEqual(shown);
      const losses = await client.request("losses", { job: id, points: 1000 });
      expect(REQUESTS.losses.result.parse(losses)).toEqual(losses);
    }
    const [paused] = jobs;
    const { timeline, checkpoints } = await client.request("show", { job: paused?.id ?? "" });
    expect(timeline).toEqual([{ iteration: 207, changes: { tv: 0.001 } }]);
    expect(checkpoints.length).toBeGreaterThan(10);
  });

test("a store that is none, or of a newer version, is told of with what to do", async () => {
  const file = join(newHome(), "atelier.db");
  writeFileSync(file, "no database at all".repeat(100));
  expect(() => openDatabase(file)).toThrow(
    `cannot use ${file}: file is not a database; bring it back from a backup, or move it away to begin`,
  );
  rmSync(file);
  const newer = openDatabase(file);
  newer.exec("PRAGMA user_version = 99");
  newer.close();
  expect(() => openDatabase(file)).toThrow(`${file} was written by a newer atelier (schema 99`);
});
