import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { atelier, ended, type Outcome, startAtelier } from "../support/atelier.ts";
import { newHome } from "../support/temporary.ts";

/** Programs that stand in for python3 and npm: each writes its process's number down and then never ends. */
function programs(home: string): NodeJS.ProcessEnv {
  const folder = join(home, "programs");
  mkdirSync(folder);
  const hang = `echo $$ > "${home}/pid.new"; mv "${home}/pid.new" "${home}/pid"; exec sleep 120`;
  const python = `#!/bin/sh
case "$*" in
  *venv*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
  *pip*) here=$(dirname "$0"); [ -e "$here/half" ] && echo Requirement already satisfied; touch "$here/half"; ${hang} ;;
esac
`;
  writeFileSync(join(folder, "python3"), python, { mode: 0o700 });
  writeFileSync(join(folder, "npm"), `#!/bin/sh\n${hang}\n`, { mode: 0o700 });
  return {
    PATH: `${folder}:${process.env["PATH"]}`,
    npm_execpath: undefined,
    // Whatever answers will do for the compiler.
    CXX: process.execPath,
  };
}

/** Has a setup stopped by `signal` once its program is at work and `meanwhile` is over; says what became of it. */
async function stoppedBy(
  signal: NodeJS.Signals,
  part: string,
  home: string,
  environment: NodeJS.ProcessEnv,
  meanwhile: () => Promise<void> = async () => {},
): Promise<Outcome & { hasOrphan: boolean }> {
  const child = startAtelier(["setup", part], home, environment);
  const outcome = ended(child);
  const file = join(home, "pid");
  while (!existsSync(file) && child.exitCode === null) await sleep(20);
  const pid = Number(readFileSync(file, "utf8"));
  await meanwhile();
  child.kill(signal);
  const result = await outcome;
  const hasOrphan = isAlive(pid);
  if (hasOrphan) process.kill(pid);
  rmSync(file);
  return { ...result, hasOrphan };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const STOPPED = {
  code: 130,
  hasOrphan: false,
  stderr: expect.stringMatching(/^error: stopped; run the command again to go on$/m) as string,
};

describe.skipIf(process.platform !== "linux")("a setup that is stopped", () => {
  test.each(["SIGINT", "SIGTERM"] as const)(
    "by %s while pip unpacks: pip ends too, and the environment is made anew the next time",
    async (signal) => {
      const home = newHome();
      const environment = programs(home);
      for (let time = 0; time < 2; time++) {
        const outcome = await stoppedBy(signal, "tensorflow", home, environment);
        expect(outcome).toMatchObject(STOPPED);
        expect(outcome.stderr).not.toMatch(/already satisfied/);
      }
    },
  );

  const isX64 = process.arch === "x64";
  test.skipIf(!isX64).each(["SIGINT", "SIGTERM"] as const)(
    "by %s while npm fetches: nothing is left, nor what a kill left before; another setup has to wait",
    async (signal) => {
      const home = newHome();
      const environment = programs(home);
      const left = join(home, "data/.swiftshader-killed/package");
      mkdirSync(left, { recursive: true });
      const outcome = await stoppedBy(signal, "swiftshader", home, environment, async () => {
        const other = await atelier(["setup", "swiftshader"], home, environment);
        expect(other).toMatchObject({ code: 1 });
        expect(other.stderr).toMatch(/error: another setup is at work in this home; try again/);
        expect(existsSync(dirname(left))).toBe(false);
      });
      expect(outcome).toMatchObject(STOPPED);
      expect(await readdir(join(home, "data"))).toEqual(["setup.lock"]);
    },
  );
});

test.skipIf(process.platform !== "linux")(
  "an environment whose Python is gone since is made anew",
  async () => {
    const home = newHome();
    const folder = join(home, "data/tensorflow/python/bin");
    mkdirSync(folder, { recursive: true });
    symlinkSync(join(home, "gone"), join(folder, "python"));
    // As venv, it writes to what a link leads to.
    const python = '#!/bin/sh\ncase "$*" in *venv*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;; esac\n';
    writeFileSync(join(home, "python3"), python, { mode: 0o700 });
    const environment = { PATH: `${home}:${process.env["PATH"]}`, CXX: process.execPath };
    const outcome = await atelier(["setup", "tensorflow"], home, environment);
    expect(outcome.stderr).toMatch(/installing tensorflow/);
  },
);

describe("a Python that cannot be taken", () => {
  test("leaves the TensorFlow that is set up", async () => {
    const home = newHome();
    const record = join(home, "data/tensorflow/installation.json");
    mkdirSync(dirname(record), { recursive: true });
    const [python, libraries] = ["/usr/bin/python3", "/nowhere"];
    writeFileSync(
      record,
      JSON.stringify({ source: "python", python, tensorflow: "2.21.0", binding: "1", libraries }),
    );
    const mistyped = ["setup", "tensorflow", "--from-python", join(home, "pyhton")];
    const outcome = await atelier(mistyped, home, { CXX: process.execPath });
    expect(outcome.stderr).toMatch(/there is no Python .*pyhton/);
    expect(existsSync(record)).toBe(true);
  });

  test("as its path is empty is refused in words", async () => {
    const outcome = await atelier(["setup", "tensorflow", "--from-python", ""], newHome());
    expect(outcome).toEqual({
      code: 2,
      stdout: "",
      stderr: "error: --from-python is empty; it takes the path of a Python's program\n",
    });
  });
});

test.skipIf(process.platform !== "linux" || process.arch !== "x64")(
  "SwiftShader is refused to a home whose path Vulkan's loader would cut",
  async () => {
    const home = join(newHome(), "a:b");
    mkdirSync(home);
    const outcome = await atelier(["setup", "swiftshader"], home);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/takes each colon in .*a:b\/data\/swiftshader for the end of a path/);
  },
);
