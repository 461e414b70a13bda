import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { logAtEnd, openLog, readLog } from "../../daemon/logs.ts";
import { temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();

test("what ends the daemon is in the log at once, whatever was said just before", () => {
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const log = openLog(folder, () => folder, false);
  log.warn("the worker is gone");
  logAtEnd(folder, new Error("out of ideas"));
  said.mockRestore();
  const last = readFileSync(join(folder, "logs/daemon.log"), "utf8").trim().split("\n").at(-1) ?? "";
  expect(JSON.parse(last)).toMatchObject({
    level: 60,
    msg: "the daemon failed",
    error: expect.stringContaining("out of ideas"),
  });
});

test("a log that is not there yet is empty, and one that cannot be read is told of", async () => {
  expect(await readLog(join(folder, "none.log"), 7)).toEqual({ text: "", next: 0 });
  await expect(readLog(folder, 0)).rejects.toThrow(`cannot read the log ${folder}: it is a folder`);
});
