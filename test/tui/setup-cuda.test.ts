import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { CUDA_LIBRARIES, runtimeVersion } from "../../daemon/engine/onnx/cuda-provider.ts";
import type { DoctorReport } from "../../daemon/foreground.ts";
import manifest from "../../package.json" with { type: "json" };
import { ended, json, type Outcome } from "../support/atelier.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";

const ROOT = join(import.meta.dirname, "../..");
const PATIENCE_MS = 120_000;
const canBuild =
  process.platform === "linux" &&
  process.arch === "x64" &&
  spawnSync("c++", ["--version"]).status === 0 &&
  spawnSync("python3", ["-c", "import venv, ensurepip"]).status === 0;

test("the libraries are those of the runtime that is installed", () => {
  // Whoever takes another minor version looks at what its provider wants: readelf -d libonnxruntime_providers_cuda.so
  expect(runtimeVersion()).toMatch(/^1\.30\./);
  expect(manifest.dependencies["onnxruntime-node"]).toMatch(/^[~^]1\.30\./);
});

describe.skipIf(!canBuild)(
  `setup cuda${canBuild ? "" : " (skipped: needs Linux on x64, c++ and python3 with venv)"}`,
  () => {
    const folder = temporaryFolder();
    const checkout = join(folder, "checkout");
    const bin = join(checkout, "node_modules/onnxruntime-node/bin/napi-v6/linux/x64");
    const wheels = join(folder, "wheels");
    const programs = join(folder, "programs");

    /** With a card by a program that stands in for nvidia-smi, and with packages from a folder instead of PyPI. */
    async function atelier(args: string[], home: string, driver = "580.65.06"): Promise<Outcome> {
      writeFileSync(
        join(programs, "nvidia-smi"),
        `#!/bin/sh\ncase "$*" in *query-gpu*) echo "0, GPU-0, NVIDIA T4, ${driver}, 15360, 3, 0, 40";; esac\n`,
        { mode: 0o700 },
      );
      const child = spawn(process.execPath, [join(checkout, "bin/atelier.js"), ...args], {
        env: {
          ...process.env,
          ATELIER_HOME: home,
          PATH: `${programs}:${process.env["PATH"]}`,
          // NVIDIA's driver.
          LD_LIBRARY_PATH: programs,
          PIP_NO_INDEX: "1",
          PIP_FIND_LINKS: wheels,
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      return await ended(child);
    }

    beforeAll(() => {
      for (const made of [wheels, programs, join(checkout, "node_modules")])
        mkdirSync(made, { recursive: true });
      // A checkout of its own, since the provider is put into the runtime's package.
      for (const name of ["bin", "dist", "package.json"])
        cpSync(join(ROOT, name), join(checkout, name), { recursive: true });
      for (const name of readdirSync(join(ROOT, "node_modules")))
        if (name !== "onnxruntime-node")
          symlinkSync(join(ROOT, "node_modules", name), join(checkout, "node_modules", name));
      cpSync(join(ROOT, "node_modules/onnxruntime-node"), join(checkout, "node_modules/onnxruntime-node"), {
        recursive: true,
        filter: (from) => !/\/(darwin|win32|arm64)$/.test(from),
      });
      const library = join(folder, "empty.so");
      execFileSync("c++", ["-shared", "-x", "c++", "/dev/null", "-o", library]);
      cpSync(library, join(programs, "libcuda.so.1"));
      const provider = ["libonnxruntime_providers_cuda.so", "libonnxruntime_providers_shared.so"];
      wheel(
        "onnxruntime-gpu",
        runtimeVersion(),
        library,
        provider.map((name) => `onnxruntime/capi/${name}`),
      );
      for (const from of new Set(CUDA_LIBRARIES.map((one) => one.package))) {
        const [name = "", major = ""] = from.split(/>=|,/);
        const names = CUDA_LIBRARIES.filter((one) => one.package === from).map(
          (one) => `nvidia/cu/lib/${one.name}`,
        );
        wheel(name, `${major}.9`, library, names);
      }
    });

    function wheel(name: string, version: string, library: string, files: string[]): void {
      const distribution = `${name.replaceAll("-", "_")}-${version}`;
      const packing = `
import sys, zipfile
name, version, distribution, library, target, *files = sys.argv[1:]
with zipfile.ZipFile(f"{target}/{distribution}-py3-none-manylinux_2_27_x86_64.whl", "w") as wheel:
    for file in files: wheel.write(library, file)
    info = f"{distribution}.dist-info"
    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-manylinux_2_27_x86_64\\n")
    wheel.writestr(f"{info}/RECORD", "")
`;
      execFileSync("python3", ["-c", packing, name, version, distribution, library, wheels, ...files]);
    }

    test("refuses a driver that is too old, before anything is fetched", async () => {
      const home = newHome();
      const outcome = await atelier(["setup", "cuda"], home, "550.54.15");
      expect(outcome.code).toBe(1);
      expect(outcome.stderr).toMatch(/driver 550\.54\.15 is too old for CUDA 13, which takes 580 or newer/);
      expect(existsSync(join(home, "data/cuda"))).toBe(false);
    });

    test(
      "brings provider and libraries, loads them, says why they do not work, and is undone",
      async () => {
        const home = newHome();
        const first = await atelier(["setup", "cuda"], home);
        // All of it was fetched and found; what stands in for the provider is none.
        expect(first.stderr).toMatch(/installing onnxruntime-gpu==.* and CUDA's libraries/);
        expect(first.stderr).toMatch(/error: the device onnx\/cuda does not work here/);
        const packages = join(home, "data/cuda/packages");
        const { libraries } = JSON.parse(readFileSync(join(home, "data/cuda/installation.json"), "utf8"));
        expect(libraries).toEqual(CUDA_LIBRARIES.map(({ name }) => join(packages, "nvidia/cu/lib", name)));
        expect(lstatSync(join(bin, "libonnxruntime_providers_cuda.so")).isSymbolicLink()).toBe(true);

        const second = await atelier(["setup", "cuda"], home);
        expect(second.stderr).toMatch(/the provider is already in/);
        expect(second.stderr).not.toMatch(/installing/);

        // A library that was changed since is named; one that is gone is an obstacle.
        writeFileSync(join(packages, "nvidia/cu/lib/libcudnn.so.9"), "nonsense");
        const spoilt = await atelier(["setup", "cuda"], home);
        expect(spoilt.stderr).toMatch(
          /libcudnn\.so\.9 cannot be loaded: .*; get it again with: atelier setup cuda/,
        );

        const again = await atelier(
          ["setup", "cuda", "--from-python", join(home, "data/cuda/python/bin/python")],
          home,
        );
        expect(again.stderr).toMatch(
          /has no onnxruntime-gpu, .* -m pip install "onnxruntime-gpu\[cuda,cudnn\]==/,
        );

        const notPython = await atelier(["setup", "cuda", "--from-python", "/bin/ls"], home);
        expect(notPython.stderr).toMatch(/error: \/bin\/ls does not answer like a Python 3: .*\n$/);
        // Another home has nothing to undo, and takes nothing away.
        const other = await atelier(["setup", "cuda", "--undo", "--json"], newHome());
        expect(json(other)).toEqual({ removed: false });
        expect(readdirSync(bin).filter((name) => name.includes("provider")).length).toBe(2);
        // Nor does a home whose provider another one has replaced since.
        const [earlier, later] = [newHome(), join(folder, "later")];
        mkdirSync(join(earlier, "data/cuda"), { recursive: true });
        const record = { runtime: runtimeVersion(), python: "python3", provider: later, libraries: [] };
        writeFileSync(join(earlier, "data/cuda/installation.json"), JSON.stringify(record));
        expect(json(await atelier(["setup", "cuda", "--undo", "--json"], earlier))).toEqual({
          removed: true,
        });
        expect(readdirSync(bin).filter((name) => name.includes("provider")).length).toBe(2);
        // Undoing helps whatever became of the record.
        writeFileSync(join(home, "data/cuda/installation.json"), "{");
        const unreadable = await atelier(["setup", "cuda"], home);
        expect(unreadable.stderr).toMatch(/is not what the setup writes; run: atelier setup cuda --undo/);
        expect(json(await atelier(["setup", "cuda", "--undo", "--json"], home))).toEqual({ removed: true });
        expect(readdirSync(bin).filter((name) => name.includes("provider"))).toEqual([]);
        expect(existsSync(join(home, "data/cuda"))).toBe(false);
        const doctor = json<DoctorReport>(await atelier(["doctor", "--json"], home));
        expect(doctor.devices.find(({ id }) => id === "onnx/cuda:0")).toMatchObject({
          works: false,
          reason: "onnxruntime's CUDA provider is not installed; run: atelier setup cuda",
        });
      },
      PATIENCE_MS,
    );
  },
);
