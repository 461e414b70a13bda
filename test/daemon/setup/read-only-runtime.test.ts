import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { installCuda } from "../../../daemon/setup/cuda/cuda.ts";
import { newHome } from "../../support/temporary.ts";

vi.mock("../../../daemon/engine/onnx/cuda-provider.ts", async (original) => ({
  ...(await original<object>()),
  // Where not even root may make a file.
  runtimeFolder: () => "/proc/sys",
}));

afterEach(() => vi.unstubAllEnvs());

test.skipIf(process.platform !== "linux" || process.arch !== "x64")(
  "setup cuda beside a runtime that belongs to somebody else fails before anything is fetched",
  async () => {
    const home = newHome();
    // A program that stands in for nvidia-smi, and NVIDIA's driver.
    const card = 'case "$*" in *query-gpu*) echo "0, GPU-0, NVIDIA T4, 580.65.06, 15360, 3, 0, 40";; esac';
    writeFileSync(join(home, "nvidia-smi"), `#!/bin/sh\n${card}\n`, { mode: 0o755 });
    writeFileSync(join(home, "libcuda.so.1"), "");
    vi.stubEnv("ATELIER_HOME", home);
    vi.stubEnv("LD_LIBRARY_PATH", home);
    vi.stubEnv("PATH", `${home}:${process.env["PATH"]}`);
    const steps: string[] = [];
    const reporter = { step: (text: string) => steps.push(text), line: () => {} };
    await expect(installCuda({ signal: new AbortController().signal, reporter })).rejects.toThrow(
      /has to be put into \/proc\/sys: .*(denied|read-only); install Atelier into a folder of yours/,
    );
    expect(steps).toEqual(["checking card and driver"]);
    expect(existsSync(join(home, "data/cuda"))).toBe(false);
  },
);
