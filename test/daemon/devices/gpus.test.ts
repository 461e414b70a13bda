import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { listGpus } from "../../../daemon/devices/gpus.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const folder = temporaryFolder();
const nowhere = join(folder, "nowhere");

/** A program that answers as nvidia-smi would. */
function program(name: string, script: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** Files as the kernel shows them, by path. */
function kernel(name: string, files: Readonly<Record<string, string>>): string {
  const root = join(folder, name);
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, "class/drm", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return root;
}

test("reads nvidia-smi, whatever it leaves out", async () => {
  const nvidiaSmi = program(
    "nvidia-smi",
    `cat <<'END'
0, GPU-aaaa, NVIDIA H100 80GB HBM3, 550.54.15, 81559, 1024, 37, 41
1, GPU-bbbb, Tesla K80, 470.1, [N/A], [Not Supported], [N/A], 55
this is no line of ours
END`,
  );
  expect(await listGpus({ nvidiaSmi, sys: nowhere })).toEqual([
    {
      name: "NVIDIA H100 80GB HBM3",
      maker: "nvidia",
      cudaIndex: 0,
      driver: "550.54.15",
      memoryBytes: 81559 * 2 ** 20,
      memoryUsedBytes: 2 ** 30,
      loadPercent: 37,
      celsius: 41,
    },
    expect.objectContaining({
      name: "Tesla K80",
      cudaIndex: 1,
      memoryBytes: null,
      loadPercent: null,
      celsius: 55,
    }),
  ]);
});

test("cards are numbered as CUDA_VISIBLE_DEVICES lists them", async () => {
  const nvidiaSmi = program(
    "three",
    `for i in 0 1 2; do echo "$i, GPU-$i$i-uuid, Card $i, 580.1, 100, 0, 0, 40"; done`,
  );
  const numbers = async (visible: string[] | undefined) =>
    (await listGpus({ nvidiaSmi, sys: nowhere, visible })).map(({ cudaIndex }) => cudaIndex);
  expect(await numbers(undefined)).toEqual([0, 1, 2]);
  expect(await numbers(["2", "0"])).toEqual([1, null, 0]);
  expect(await numbers(["GPU-11"])).toEqual([null, 0, null]);
  expect(await numbers([""])).toEqual([null, null, null]);
  // An engine of which each process sees one card is shown that entry of the list.
  vi.stubEnv("CUDA_VISIBLE_DEVICES", "2,GPU-00");
  vi.resetModules();
  const { showCard } = await import("../../../daemon/engine/cuda-cards.ts");
  const { env } = process;
  for (const [index, shown] of [
    [1, "GPU-00"],
    [0, "2"],
    [undefined, "-1"],
  ] as const) {
    showCard(index);
    expect([env["CUDA_VISIBLE_DEVICES"], env["CUDA_DEVICE_ORDER"]]).toEqual([shown, "PCI_BUS_ID"]);
  }
  vi.unstubAllEnvs();
});

test("a part of a card is the card that CUDA_VISIBLE_DEVICES says", async () => {
  const nvidiaSmi = program(
    "mig",
    `if [ "$1" = -L ]; then cat <<'END'
GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-aaaa)
  MIG 3g.20gb     Device  0: (UUID: MIG-1111-x)
  MIG 1g.5gb      Device  1: (UUID: MIG-2222-y)
GPU 1: NVIDIA A100-SXM4-40GB (UUID: GPU-bbbb)
END
else
  echo "0, GPU-aaaa, NVIDIA A100-SXM4-40GB, 580.1, 40960, 21000, [N/A], 33"
  echo "1, GPU-bbbb, NVIDIA A100-SXM4-40GB, 580.1, 40960, 0, 0, 30"
fi`,
  );
  const gpus = await listGpus({ nvidiaSmi, sys: nowhere, visible: ["MIG-2222-y"] });
  expect(gpus.map(({ name, cudaIndex }) => [name, cudaIndex])).toEqual([
    ["NVIDIA A100-SXM4-40GB, MIG 3g.20gb", null],
    ["NVIDIA A100-SXM4-40GB, MIG 1g.5gb", 0],
    ["NVIDIA A100-SXM4-40GB", null],
  ]);
  expect(gpus[1]).toMatchObject({ memoryBytes: 5 * 2 ** 30, memoryUsedBytes: null, celsius: 33 });
});

test("graphics inside an AMD processor have the system's memory as well", async () => {
  const sys = kernel("apu", {
    "card0/device/vendor": "0x1002\n",
    "card0/device/drm/renderD128/dev": "226:128\n",
    "card0/device/mem_info_vram_total": `${512 * 2 ** 20}\n`,
    "card0/device/mem_info_vram_used": `${100 * 2 ** 20}\n`,
    "card0/device/mem_info_gtt_total": `${8 * 2 ** 30}\n`,
    "card0/device/mem_info_gtt_used": `${2 ** 20}\n`,
  });
  const [gpu] = await listGpus({ nvidiaSmi: nowhere, sys });
  expect(gpu).toMatchObject({ memoryBytes: 8.5 * 2 ** 30, memoryUsedBytes: 101 * 2 ** 20 });
});

test("a driver that is broken, or says nothing of use, is no error", async () => {
  const failing = program("failing", 'echo "NVIDIA-SMI has failed"; exit 9');
  expect(await listGpus({ nvidiaSmi: failing, sys: nowhere })).toEqual([]);
  const chatty = program("chatty", "head -c 100000 /dev/zero | tr '\\0' 'x'");
  expect(await listGpus({ nvidiaSmi: chatty, sys: nowhere })).toEqual([]);
  expect(await listGpus({ nvidiaSmi: nowhere, sys: nowhere })).toEqual([]);
});

test("reads the kernel's cards of other makers, and leaves out plain framebuffers", async () => {
  const sys = kernel("sys", {
    "card0/device/vendor": "0x1002\n",
    "card0/device/device": "0x744c\n",
    "card0/device/uevent": "DRIVER=amdgpu\nPCI_ID=1002:744C\n",
    "card0/device/drm/renderD128/dev": "226:128\n",
    "card0/device/mem_info_vram_total": "25753026560\n",
    "card0/device/mem_info_vram_used": "1073741824\n",
    "card0/device/gpu_busy_percent": "12\n",
    "card0/device/hwmon/hwmon3/temp1_input": "47000\n",
    "card0-DP-1/status": "connected\n",
    "card1/device/vendor": "0x1a03\n",
    "card1/device/uevent": "DRIVER=ast\n",
    "card2/device/vendor": "0x8086\n",
    "card2/device/device": "0x9a49\n",
    "card2/device/uevent": "DRIVER=i915\n",
    "card2/device/gpu_busy_percent": "none of your business\n",
    "card2/device/drm/renderD129/dev": "226:129\n",
  });
  expect(await listGpus({ nvidiaSmi: nowhere, sys })).toEqual([
    {
      name: "AMD GPU 1002:744c",
      maker: "amd",
      cudaIndex: null,
      driver: "amdgpu",
      memoryBytes: 25753026560,
      memoryUsedBytes: 1073741824,
      loadPercent: 12,
      celsius: 47,
    },
    expect.objectContaining({
      name: "Intel GPU 8086:9a49",
      driver: "i915",
      memoryBytes: null,
      loadPercent: null,
    }),
  ]);
});
