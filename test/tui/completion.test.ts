import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { spawn } from "@lydell/node-pty";
import xterm from "@xterm/headless";
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
function inBash(line: string, ATELIER_HOME = home): string[] {
  const script = `before=$COMP_WORDBREAKS; source <(atelier completion bash)
[[ $COMP_WORDBREAKS == "$before" ]] || echo "words break elsewhere, for all commands"
COMP_LINE=$1 COMP_POINT=\${#1}; _atelier atelier "\${1##*[ =]}" 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const offered = execFileSync("bash", ["-c", script, "bash", `atelier ${line}`], {
    cwd: ATELIER_HOME,
    env: { ...environment(), ATELIER_HOME },
  }).toString();
  return offered.split("\n").filter((one) => one !== "");
}

test("bash completes commands, options, their values, jobs and controls", async () => {
  expect(inBash("pr")).toEqual(["priority", "prune", "presets"]);
  expect(inBash("run --pre")).toEqual(["--preset"]);
  expect(inBash("run --preset ")).toEqual(["default", "gatys", "keras", "johnson"]);
  expect(inBash("run --content ")).toEqual([]);
  expect(inBash("show ")).toEqual([]);
  const client = await (await startDaemon(home, ["--paused", "--weights", "untrained"])).connect();
  const pictures = await smallPictures(home);
  const { id } = await client.request("add", addParams(smallRecipe(pictures)));
  expect(inBash("show ")).toEqual([id]);
  expect(inBash(`set ${id} style.conv1`)).toEqual(["style.conv1_1="]);
  expect(inBash(`move ${id} t`)).toEqual(["top"]);
  // Values of options are no operands, and an option may take several.
  expect(inBash(`move --ca x ${id} t`)).toEqual(["top"]);
  expect(inBash("list --state done held pa")).toEqual(["paused"]);
  expect(inBash("list --state=do")).toEqual(["done"]);
  expect(inBash(`show ${id} `)).toEqual([]);
});

test("what a group is called is text to bash, whatever it looks like, and comes quoted", async () => {
  const own = newHome();
  const client = await (await startDaemon(own, ["--paused", "--weights", "untrained"])).connect();
  const recipe = smallRecipe(await smallPictures(own));
  const groups = ["$(touch made)", "`touch made`", "two words", "two more"];
  for (const group of groups) await client.request("add", addParams(recipe, { group }));
  const offered = inBash("list --group ", own);
  expect(existsSync(join(own, "made"))).toBe(false);
  const echoed = execFileSync("bash", ["-c", `printf '%s\\n' ${offered.join(" ")}`], { cwd: own });
  expect(echoed.toString().split("\n").filter(Boolean)).toEqual(groups);
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
    (await atelier(["complete", "--", ["atelier", ...words].join(" ")], newHome(), env)).stdout
      .split("\n")
      .map((line) => line.split("\t")[0]);
  expect(await idsOf(["show", ""], { ATELIER_CONNECT: address, ATELIER_TOKEN_FILE: token })).toContain(id);
  expect(await idsOf(["show", `--connect=${address}`, "--token-file", token, ""])).toContain(id);
  expect(await idsOf(["show", "--connect", address, "--token-file", join(own, "none"), ""])).toEqual([""]);
  expect(await idsOf(["show", ""])).toEqual([""]);
});

/** How a shell without a person's settings is started, and told of completion. */
const SHELLS = {
  bash: { args: ["--norc", "--noprofile"], setUp: "source <(atelier completion bash)" },
  zsh: {
    args: ["-f"],
    setUp: "autoload -Uz compinit; compinit -u -D; source <(atelier completion zsh)",
  },
  fish: { args: ["--no-config"], setUp: "atelier completion fish | source" },
} as const;

for (const [shell, { args, setUp }] of Object.entries(SHELLS)) {
  const isThere = spawnSync(shell, ["--version"]).status === 0;
  test.skipIf(!isThere)(
    `${shell} completes what is typed, also in quotes and after = and @${isThere ? "" : " (skipped: it is not installed)"}`,
    async () => {
      const own = newHome();
      const client = await (await startDaemon(own)).connect();
      const recipe = smallRecipe(await smallPictures(own), { iterations: 1 });
      const { id } = await client.request("add", addParams(recipe, { group: "two words" }));
      await untilJob(client, id);
      const terminal = spawn(shell, [...args], {
        cols: 200,
        cwd: own,
        env: { ...environment(), ATELIER_HOME: own, HOME: own, TERM: "xterm" },
      });
      onTestFinished(() => terminal.kill());
      const screen = new xterm.Terminal({ cols: 200, rows: 40, allowProposedApi: true });
      terminal.onData((data) => screen.write(data));
      // Some ask what they are in.
      screen.onData((data) => terminal.write(data));
      const shown = () =>
        Array.from({ length: 40 }, (_, row) => screen.buffer.active.getLine(row)?.translateToString()).join(
          "\n",
        );
      terminal.write(`${setUp}\recho is: $(printf set)\r`);
      await expect.poll(shown, { timeout: 20_000 }).toContain("is: set");
      for (const [typed, wanted] of [
        ["atelier list --group=two", /list --group=two\\ words/],
        ["atelier list --group 'tw", /list --group 'two words'/],
        [`atelier set ${id} style.conv1`, /style\.conv1_1=/],
        [`atelier export ${id}@`, /export \w+@1/],
      ] as const) {
        terminal.write(typed);
        // Completion gives up soon where a machine is busy, and whoever waits for it presses tab again.
        const pressed = () => {
          if (!wanted.test(shown())) terminal.write("\t");
          return shown();
        };
        await expect.poll(pressed, { timeout: 30_000, interval: 1500 }).toMatch(wanted);
        terminal.write("\u0015");
      }
    },
  );
}
