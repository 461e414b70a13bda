import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { openLog, readLog } from "../../daemon/logs.ts";
import { JOB_LOG } from "../../shared/home.ts";
import { atelier } from "../support/atelier.ts";
import { addParams, startDaemon } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();

test("a log that could not be written, as on a full disk, goes on as soon as it can be", () => {
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const log = openLog(folder, () => folder, false);
  const file = join(folder, "logs/daemon.log");
  log.info("before");
  renameSync(file, `${file}.kept`);
  mkdirSync(file);
  log.info("lost");
  expect(said.mock.lastCall).toEqual([expect.stringContaining("the log cannot be written: EISDIR")]);
  said.mockRestore();
  rmdirSync(file);
  log.info("after");
  expect(readFileSync(file, "utf8")).toContain('"msg":"after"');
});

test("a log that has grown large gives way, and so many of the older ones are kept", () => {
  const data = newHome();
  const job = "abcdefgh";
  const log = openLog(data, () => data, false);
  for (let i = 1; i <= 26; i++) log.info({ job, text: "x".repeat(1 << 20) }, `line ${i}`);
  expect(readdirSync(join(data, "logs")).toSorted()).toEqual(
    ["", ".1", ".2", ".3"].map((end) => `daemon.log${end}`),
  );
  expect(readFileSync(join(data, "logs/daemon.log"), "utf8")).toMatch(/^[^\n]*"line 26"[^\n]*\n$/);
  expect(readFileSync(join(data, "logs/daemon.log.3"), "utf8")).toMatch(/"line 15"}\n$/);
  expect(readFileSync(join(data, `${JOB_LOG}.1`), "utf8")).toMatch(/^[^\n]*"line 25"[^\n]*\n$/);
});

test("a line that is longer than a piece comes in several, and what follows it after that", async () => {
  const file = join(folder, "long.log");
  const long = "ä".repeat(200_000);
  writeFileSync(file, `before\n${long}\nafter\nbegun`);
  const pieces: string[] = [];
  for (let offset = 0; ; ) {
    const { text, next } = await readLog(file, offset);
    if (next === offset) break;
    pieces.push(text);
    offset = next;
  }
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.join("") === `before\n${long}\nafter\n`).toBe(true);
});

test("atelier logs prints a very long line whole, and what follows it", async () => {
  const home = newHome();
  await startDaemon(home);
  const written = ["ä".repeat(200_000), "after"].map((msg) => JSON.stringify({ msg }));
  appendFileSync(join(home, "data/logs/daemon.log"), `${written.join("\n")}\n`);
  const { code, stdout } = await atelier(["logs", "--json"], home);
  expect(code).toBe(0);
  const lines = stdout.trim().split("\n");
  expect(written.map((line) => lines.includes(line))).toEqual([true, true]);
});

test("atelier logs prints the last lines of a log, whether there is a daemon or not", async () => {
  const home = newHome();
  const daemon = await startDaemon(home, ["--paused", "--weights", "untrained"]);
  const client = await daemon.connect();
  const { id } = await client.request("add", addParams(smallRecipe(await smallPictures(home))));
  const written = ["first", "second"].map((msg) => JSON.stringify({ msg }));
  const file = join(home, "data/jobs", id, JOB_LOG);
  appendFileSync(file, `${written.join("\n")}\n`);
  const last = async (n: string) => (await atelier(["logs", id, "--json", "-n", n], home)).stdout;
  expect(await last("2")).toBe(`${written.join("\n")}\n`);
  expect(await last("0")).toBe("");
  renameSync(file, `${file}.1`);
  writeFileSync(file, '{"msg":"third"}\n');
  expect(await last("2")).toBe(`${written[1]}\n{"msg":"third"}\n`);
  await daemon.kill();
  expect(await last("1")).toBe('{"msg":"third"}\n');
  expect(await last("9999")).toMatch(/"queued"[^]*"first"[^]*"second"[^]*"third"/);
});

test("who follows a log that gives way to a new one loses no line", async () => {
  const file = join(folder, "followed.log");
  writeFileSync(file, "a\nb\n");
  const { next } = await readLog(file, 0);
  appendFileSync(file, "c\n");
  renameSync(file, `${file}.1`);
  writeFileSync(file, "d\n");
  const rest = await readLog(file, next);
  expect([rest.text, await readLog(file, rest.next)]).toEqual(["c\n", { text: "d\n", next: 2 }]);
});

test("a log that is not there yet is empty, and one that cannot be read is told of", async () => {
  expect(await readLog(join(folder, "none.log"), 7)).toEqual({ text: "", next: 0 });
  await expect(readLog(folder, 0)).rejects.toThrow(`cannot read the log ${folder}: it is a folder`);
});
