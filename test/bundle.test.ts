import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { smallPictures } from "./support/pictures.ts";
import { temporaryFolder } from "./support/temporary.ts";

const LIMIT_BYTES = 60e6;
const PATIENCE_MS = 400_000;
const isHere = process.platform === "linux" && process.arch === "x64";

const folder = temporaryFolder();
const archive = join(folder, "atelier.tar.xz");
const empty = join(folder, "empty");
const command = join(folder, "atelier");
let unpacked = "";
/** A namespace without a network, where this user may make one. */
const offline = spawnSync("unshare", ["-rn", "true"]).status === 0 ? ["unshare", "-rn"] : [];

function atelier(...args: string[]): string {
  const clean = ["-i", `HOME=${empty}`, ...offline.map((word, i) => (i === 0 ? `/usr/bin/${word}` : word))];
  return execFileSync("/usr/bin/env", [...clean, command, ...args], { cwd: empty, encoding: "utf8" });
}

describe.skipIf(!isHere)("the bundle, unpacked on a machine without Node and network", () => {
  beforeAll(() => {
    // What is small enough when it is packed in a hurry is so when it is packed well.
    const program = join(import.meta.dirname, "../bundle/main.ts");
    execFileSync(process.execPath, [program, "--out", archive, "--effort", "1"]);
    execFileSync("tar", ["-xf", archive, "-C", folder]);
    const [top = ""] = execFileSync("tar", ["-tf", archive], { encoding: "utf8", maxBuffer: 1 << 24 }).split(
      "/",
    );
    unpacked = join(folder, top);
    mkdirSync(empty);
    symlinkSync(join(unpacked, "atelier"), command);
  }, PATIENCE_MS);

  test("is small enough and holds the licences", () => {
    expect(statSync(archive).size).toBeLessThanOrEqual(LIMIT_BYTES);
    expect(readFileSync(join(unpacked, "LICENSE"), "utf8")).toMatch(/MIT/);
    expect(readFileSync(join(unpacked, "bin/node.LICENSE"), "utf8")).toMatch(/Node\.js is licensed/);
    expect(readFileSync(join(unpacked, "LICENCES.txt"), "utf8")).toMatch(/sharp-libvips-linux-x64 .*LGPL/);
  });

  test(
    "doctor finds the CPU",
    () => {
      const { devices } = JSON.parse(atelier("doctor", "--json")) as {
        devices: { id: string; works: boolean }[];
      };
      expect(devices.find(({ id }) => id === "onnx/cpu")).toMatchObject({ works: true });
    },
    PATIENCE_MS,
  );

  test(
    "run makes a picture",
    async () => {
      const { content, style } = await smallPictures(empty);
      const small = "run --weights untrained --size 48 --stages single --iterations 3 --json".split(" ");
      const out = join(empty, "out.png");
      atelier(...small, "--content", content, "--style", style, "--out", out);
      expect(statSync(out).size).toBeGreaterThan(1000);
    },
    PATIENCE_MS,
  );

  test(
    "the daemon starts and ends",
    () => {
      atelier("up", "--weights", "untrained", "--device", "cpu");
      try {
        expect(JSON.parse(atelier("status", "--json"))).toMatchObject({ workers: [{ id: "onnx/cpu" }] });
      } finally {
        atelier("down");
      }
    },
    PATIENCE_MS,
  );
});
