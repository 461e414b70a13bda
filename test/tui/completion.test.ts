import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { atelier } from "../support/atelier.ts";
import { addParams, startDaemon } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { temporaryFolder } from "../support/temporary.ts";

const home = temporaryFolder();
const bin = join(home, "bin");

beforeAll(() => {
  mkdirSync(bin);
  const file = join(bin, "atelier");
  writeFileSync(
    file,
    `#!/bin/sh\nexec "${process.execPath}" "${join(import.meta.dirname, "../../bin/atelier.js")}" "$@"\n`,
  );
  chmodSync(file, 0o755);
});

const environment = () => ({ ...process.env, ATELIER_HOME: home, PATH: `${bin}:${process.env["PATH"]}` });

/** What bash offers for a line of which the last word is unfinished. */
function inBash(...words: string[]): string[] {
  const script = `source <(atelier completion bash)
COMP_WORDS=(atelier "$@"); COMP_CWORD=$#; _atelier 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const offered = execFileSync("bash", ["-c", script, "bash", ...words], { env: environment() }).toString();
  return offered.split("\n").filter((line) => line !== "");
}

test("bash completes commands, options, their values, jobs and controls", async () => {
  expect(inBash("pr")).toEqual(["priority", "prune", "presets"]);
  expect(inBash("run", "--pre")).toEqual(["--preset"]);
  expect(inBash("run", "--preset", "")).toEqual(["default", "gatys", "keras", "johnson"]);
  expect(inBash("run", "--content", "")).toEqual([]);
  expect(inBash("show", "")).toEqual([]);
  const client = await (await startDaemon(home, ["--paused", "--weights", "untrained"])).connect();
  const pictures = await smallPictures(home);
  const { id } = await client.request("add", addParams(smallRecipe(pictures)));
  expect(inBash("show", "")).toEqual([id]);
  expect(inBash("set", id, "style.conv1")).toEqual(["style.conv1_1="]);
  expect(inBash("move", id, "t")).toEqual(["top"]);
});

for (const shell of ["zsh", "fish"]) {
  const isThere = spawnSync(shell, ["--version"]).status === 0;
  test.skipIf(!isThere)(
    isThere ? `${shell} reads its script` : `${shell} reads its script (skipped: it is not installed)`,
    async () => {
      const { stdout } = await atelier(["completion", shell], home);
      const setUp = shell === "zsh" ? "autoload -Uz compinit; compinit -u -d /dev/null; " : "";
      const outcome = spawnSync(shell, ["-c", `${setUp}${stdout}`], { env: environment() });
      expect(outcome.stderr.toString()).toBe("");
      expect(outcome.status).toBe(0);
    },
  );
}
