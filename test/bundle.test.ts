import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { listGpus } from "../daemon/devices/gpus.ts";
import { smallPictures } from "./support/pictures.ts";
import { swiftShader, withSwiftShader } from "./support/swiftshader.ts";
import { temporaryFolder } from "./support/temporary.ts";

const LIMIT_BYTES = 60e6;
const PATIENCE_MS = 400_000;
const isHere = process.platform === "linux" && process.arch === "x64";

const gpus = await listGpus();
const folder = temporaryFolder();
const archive = join(folder, "atelier.tar.xz");
const empty = join(folder, "empty");
const command = join(folder, "atelier");
let unpacked = "";
/** A namespace without a network, where this user may make one. */
const offline = spawnSync("unshare", ["-rn", "true"]).status === 0 ? ["unshare", "-rn"] : [];

/** A program that answers as nvidia-smi does where a card is. */
const CARD = `#!/bin/sh
case "$*" in *query-gpu*) echo "0, GPU-0, NVIDIA T4, 580.65.06, 15360, 3, 0, 40";; esac
`;

/** A program in an empty environment. */
function cleanly(program: string, ...args: string[]) {
  const clean = ["-i", `HOME=${empty}`, ...offline.map((word, i) => (i === 0 ? `/usr/bin/${word}` : word))];
  return ["/usr/bin/env", [...clean, program, ...args], { cwd: empty, encoding: "utf8" }] as const;
}

function atelier(...args: string[]): string {
  return execFileSync(...cleanly(command, ...args));
}

describe.skipIf(!isHere)("the bundle, unpacked on a machine without Node and network", () => {
  beforeAll(() => {
    // What is small enough when it is packed in a hurry is so when it is packed well.
    const program = join(import.meta.dirname, "../bundle/main.ts");
    const without = swiftShader === undefined ? ["--without-vulkan-loader"] : [];
    execFileSync(process.execPath, [program, "--out", archive, "--effort", "1", ...without]);
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
    const licences = readFileSync(join(unpacked, "LICENCES.txt"), "utf8");
    expect(licences).toMatch(/sharp-libvips-linux-x64 .*LGPL/);
    // Built into the programs.
    expect(licences).toMatch(/^ink [\d.]+: MIT/m);
    expect(readFileSync(join(unpacked, "node_modules/ink/license"), "utf8")).toMatch(/Permission is hereby/);
    const folders = [...licences.matchAll(/\((node_modules\/.*)\)$/gm)].map(([, name = ""]) => name);
    expect(folders.length).toBeGreaterThan(50);
    const isText = (name: string) => /licen[cs]e|copying|gpl/i.test(name);
    expect(folders.filter((name) => !readdirSync(join(unpacked, name)).some(isText))).toEqual([]);
    const runtime = readFileSync(join(unpacked, "node_modules/onnxruntime-node/LICENSE"), "utf8");
    expect(runtime).toMatch(/Copyright \(c\) Microsoft Corporation\n\nPermission is hereby/);
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

  test("brings the library that CUDA is called with", () => {
    const script = 'await import("koffi").then(({ default: { version } }) => process.stdout.write(version))';
    const options = { cwd: unpacked, encoding: "utf8" } as const;
    const node = join(unpacked, "bin/node");
    expect(execFileSync(node, ["--input-type=module", "-e", script], options)).toMatch(/^3\./);
  });

  test.skipIf(swiftShader === undefined || gpus.length > 0)(
    withSwiftShader("brings Vulkan's loader, which a GPU's driver does not"),
    () => {
      const programs = join(folder, "programs");
      mkdirSync(programs);
      writeFileSync(join(programs, "nvidia-smi"), CARD, { mode: 0o700 });
      const [env, [...words], options] = cleanly(command, "doctor", "--json");
      const path = `PATH=${programs}:/usr/bin:/bin`;
      const told = execFileSync(env, words.toSpliced(1, 0, path), options);
      const { devices } = JSON.parse(told) as { devices: { id: string; reason: string }[] };
      expect(devices.find(({ id }) => id === "onnx/webgpu")?.reason).toMatch(/^no Vulkan driver of a GPU/);
      expect(readFileSync(join(unpacked, "LICENCES.txt"), "utf8")).toMatch(/^Vulkan-Loader.*Apache-2.0/m);
    },
  );

  test("tells how to check GPUs", () => {
    expect(execFileSync(...cleanly(join(unpacked, "check-gpu"), "--help"))).toMatch(/--soak SECONDS/);
  });

  test.skipIf(gpus.length > 0)(
    "the check of GPUs says without any what to do",
    () => {
      const { status, stderr } = spawnSync(...cleanly(join(unpacked, "check-gpu")));
      expect(status).toBe(1);
      expect(stderr).toMatch(/^no GPU works here.*\n$/);
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
