import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runHook } from "../../daemon/hook.ts";
import { jobOf } from "../support/jobs.ts";
import { temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();
const job = jobOf("job00001", { status: { state: "done", at: 1, picture: "/result.png", problem: null } });

/** A hook of shell commands, and what is found wrong with it. */
async function problemOf(name: string, commands: string, limitMs?: number): Promise<string> {
  const program = join(folder, name);
  writeFileSync(program, `#!/bin/sh\n${commands}\n`);
  chmodSync(program, 0o755);
  return await new Promise((resolve) => runHook(program, job, resolve, limitMs));
}

test("a hook that takes too long is ended, with what it started", async () => {
  const pid = join(folder, "pid");
  const problem = await problemOf("slow", `sleep 60 & echo $! > ${pid}; wait`, 1000);
  expect(problem).toMatch(/^it ended with SIGKILL/);
  expect(existsSync(pid)).toBe(true);
  const child = Number(readFileSync(pid, "utf8"));
  // Whoever adopts it may not have waited for it yet.
  const isAlive = () => {
    try {
      return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${child}/stat`, "utf8"));
    } catch {
      return false;
    }
  };
  await expect.poll(isAlive).toBe(false);
});

test("a hook is told of the job, and what it says of its failure is passed on", async () => {
  const told = join(folder, "told");
  const problem = await problemOf(
    "failing",
    `echo "$1 $2" > ${told}; cat >> ${told}; echo no mail >&2; exit 3`,
  );
  expect(problem).toBe("it ended with code 3: no mail");
  const [words, json = ""] = readFileSync(told, "utf8").split("\n");
  expect(words).toBe("done job00001");
  expect(JSON.parse(json)).toEqual(job);
});
