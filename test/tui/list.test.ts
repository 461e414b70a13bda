import { expect, test } from "vitest";
import type { Job } from "../../shared/jobs.ts";
import { atelier, json } from "../support/atelier.ts";
import { addParams, startDaemon } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { temporaryFolder } from "../support/temporary.ts";

const home = temporaryFolder();

test("a list leaves no job out without saying so", async () => {
  const daemon = await startDaemon(home, ["--paused", "--weights", "untrained"]);
  const client = await daemon.connect();
  const recipe = smallRecipe(await smallPictures(home));
  for (let n = 0; n < 14; n++) {
    const { id } = await client.request("add", addParams(recipe, { group: n < 12 ? "early" : "late" }));
    if (n < 13) await client.request("cancel", { job: id });
  }
  const list = async (...args: string[]) => await atelier(["list", ...args], home);
  const listed = async (...args: string[]) => json<Job[]>(await list(...args, "--json")).length;
  // One waits, and ten of those that have ended are listed.
  for (const args of [[], ["--json"]])
    expect((await list(...args)).stderr).toBe("and 3 more: atelier list --all\n");
  expect(await listed()).toBe(11);
  expect(await listed("--group", "early")).toBe(12);
  expect(await listed("--state", "cancelled")).toBe(13);
  expect(await list("--all", "--json")).toMatchObject({ stderr: "" });
  expect(await listed("--all")).toBe(14);
  expect(await listed("--all", "--limit", "2")).toBe(2);
  expect(await listed("--group", "early", "--limit", "2")).toBe(2);
  // What waits is read on any background.
  const { stdout } = await atelier(["list"], home, { FORCE_COLOR: "1" });
  expect(stdout).toContain("\u001B[0m");
  expect(stdout).not.toContain("\u001B[37m");
});

test("an error is one line of JSON, also for commands that print one for each event", async () => {
  for (const command of ["watch", "logs", "show"]) {
    const { code, stdout } = await atelier([command, "nope", "--json"], home);
    expect(code).toBe(1);
    expect(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([{ error: expect.any(String) }]);
  }
});
