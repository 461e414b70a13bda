import { expect, onTestFinished, test } from "vitest";
import { atelier, startAtelier } from "../support/atelier.ts";
import { startDaemon } from "../support/daemon.ts";
import { newHome } from "../support/temporary.ts";

const DAEMON = ["--weights", "untrained"];

test("a log that is followed says that the daemon is gone, and goes on with the next one", async () => {
  const home = newHome();
  const first = await startDaemon(home, DAEMON);
  const child = startAtelier(["logs", "--follow"], home);
  onTestFinished(() => void child.kill());
  let [said, log] = ["", ""];
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stdout?.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const follows = async (pid: number) =>
    await expect.poll(() => log, { timeout: 20_000 }).toContain(`pid=${pid}`);
  await follows(first.pid);
  await first.kill();
  await expect.poll(() => said, { timeout: 20_000 }).toContain("no daemon is running here");
  await follows((await startDaemon(home, DAEMON)).pid);
  const told = said.trim().split("\n");
  expect(new Set(told)).toContain("note: link lost: the daemon went away; trying again");
  // Each reason once, not with each try.
  expect(told.length).toBe(new Set(told).size);
});

test("of a daemon that hangs is said that it does not answer, and where to look", async () => {
  const home = newHome();
  const { pid } = await startDaemon(home, DAEMON);
  const log = async () => (await atelier(["logs"], home)).stdout;
  await expect.poll(log, { timeout: 20_000 }).toContain(`pid=${pid}`);
  process.kill(pid, "SIGSTOP");
  const [list, logs] = await Promise.all([atelier(["list"], home), atelier(["logs"], home)]);
  expect(list).toMatchObject({ code: 1, stdout: "" });
  expect(list.stderr).toMatch(
    /^error: the daemon does not answer; atelier logs says .* which process \(pid\)/,
  );
  expect(logs).toMatchObject({ code: 0, stdout: expect.stringContaining(`pid=${pid}`) });
});
