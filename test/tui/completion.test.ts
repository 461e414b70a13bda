import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawn } from "@lydell/node-pty";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { atelier } from "../support/atelier.ts";
import { addParams, connectTo, startDaemon, untilJob } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";

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
function inBash(words: string[], ATELIER_HOME = home): string[] {
  const script = `before=$COMP_WORDBREAKS; source <(atelier completion bash)
[[ $COMP_WORDBREAKS == "$before" ]] || echo "words break elsewhere, for all commands"
COMP_WORDS=(atelier "$@"); COMP_CWORD=$#; _atelier atelier "\${@: -1}" 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const offered = execFileSync("bash", ["-c", script, "bash", ...words], {
    cwd: ATELIER_HOME,
    env: { ...environment(), ATELIER_HOME },
  }).toString();
  return offered.split("\n").filter((line) => line !== "");
}

test("bash completes commands, options, their values, jobs and controls", async () => {
  expect(inBash(["pr"])).toEqual(["priority", "prune", "presets"]);
  expect(inBash(["run", "--pre"])).toEqual(["--preset"]);
  expect(inBash(["run", "--preset", ""])).toEqual(["default", "gatys", "keras", "johnson"]);
  expect(inBash(["run", "--content", ""])).toEqual([]);
  expect(inBash(["show", ""])).toEqual([]);
  const client = await (await startDaemon(home, ["--paused", "--weights", "untrained"])).connect();
  const pictures = await smallPictures(home);
  const { id } = await client.request("add", addParams(smallRecipe(pictures)));
  expect(inBash(["show", ""])).toEqual([id]);
  expect(inBash(["set", id, "style.conv1"])).toEqual(["style.conv1_1="]);
  expect(inBash(["move", id, "t"])).toEqual(["top"]);
});

test("what a group is called is text to bash, whatever it looks like, and comes quoted", async () => {
  const own = newHome();
  const client = await (await startDaemon(own, ["--paused", "--weights", "untrained"])).connect();
  const recipe = smallRecipe(await smallPictures(own));
  const groups = ["$(touch made)", "`touch made`", "two words", "two more"];
  for (const group of groups) await client.request("add", addParams(recipe, { group }));
  const offered = inBash(["list", "--group", ""], own);
  expect(existsSync(join(own, "made"))).toBe(false);
  const echoed = execFileSync("bash", ["-c", `printf '%s\\n' ${offered.join(" ")}`], { cwd: own });
  expect(echoed.toString().split("\n").filter(Boolean)).toEqual(groups);
  expect(inBash(["list", "--group", "two\\ w"], own)).toEqual(["two\\ words"]);
});

test("bash completes the iterations of a job, which lie beyond the sign that it takes for the end of a word", async () => {
  const own = newHome();
  const daemon = await startDaemon(own);
  const client = await daemon.connect();
  const { id } = await client.request(
    "add",
    addParams(smallRecipe(await smallPictures(own), { iterations: 12 })),
  );
  await untilJob(client, id);
  const terminal = spawn("bash", ["--norc", "--noprofile"], {
    cols: 200,
    env: { ...environment(), ATELIER_HOME: own, PS1: "> " },
  });
  onTestFinished(() => terminal.kill());
  let shown = "";
  terminal.onData((data) => {
    shown += data;
  });
  terminal.write("source <(atelier completion bash)\r");
  terminal.write(`echo "is: [$(printf %s ${id})]"\r`);
  await expect.poll(() => shown, { timeout: 20_000 }).toContain(`is: [${id}]`);
  terminal.write(`atelier export ${id}@1`);
  const wanted = `atelier export ${id}@12 `;
  // Completion gives up soon where a machine is busy, and whoever waits for it presses tab again.
  const pressed = () => {
    if (!shown.includes(wanted)) terminal.write("\t");
    return shown;
  };
  await expect.poll(pressed, { timeout: 30_000, interval: 2000 }).toContain(wanted);
});

test("completion asks the daemon that the environment or the line names", async () => {
  const own = newHome();
  await startDaemon(own, ["--paused", "--weights", "untrained", "--listen", "127.0.0.1:0"]);
  const client = await connectTo(own);
  onTestFinished(() => client.close());
  const { id } = await client.request("add", addParams(smallRecipe(await smallPictures(own))));
  const log = readFileSync(join(own, "data/logs/daemon.log"), "utf8");
  const address = `127.0.0.1:${/"port":(\d+)/.exec(log)?.[1]}`;
  const token = join(own, "data/token");
  const idsOf = async (words: string[], env: NodeJS.ProcessEnv = {}) =>
    (await atelier(["complete", "--", ...words], newHome(), env)).stdout
      .split("\n")
      .map((line) => line.split("\t")[0]);
  expect(await idsOf(["show", ""], { ATELIER_CONNECT: address, ATELIER_TOKEN_FILE: token })).toContain(id);
  expect(await idsOf(["show", `--connect=${address}`, "--token-file", token, ""])).toContain(id);
  expect(await idsOf(["show", "--connect", address, "--token-file", join(own, "none"), ""])).toEqual([""]);
  expect(await idsOf(["show", ""])).toEqual([""]);
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
