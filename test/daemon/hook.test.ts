import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runHook } from "../../daemon/hook.ts";
import type { Job } from "../../shared/jobs.ts";
import { smallRecipe } from "../support/recipes.ts";
import { temporaryFolder } from "../support/temporary.ts";

const folder = temporaryFolder();
const job: Job = {
  id: "job00001",
  recipe: smallRecipe({ content: "/photos/cat.png", style: "/art/waves.png" }),
  group: "",
  priority: 0,
  position: 0,
  after: [],
  out: null,
  created: 0,
  status: { state: "done", at: 1, picture: "/result.png", problem: null },
  plan: { width: 32, height: 32, stages: [{ size: 32, iterations: 3 }], styles: [] },
  progress: null,
  stalls: 0,
  branchedFrom: null,
};

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
