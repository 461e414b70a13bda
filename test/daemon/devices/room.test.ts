import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { hostMemory } from "../../../daemon/devices/host-memory.ts";
import { LoadMeter } from "../../../daemon/devices/load.ts";
import { roomOn } from "../../../daemon/devices/room.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const folder = temporaryFolder();
const GB = 2 ** 30;
const MEMINFO = `MemTotal: ${(16 * GB) / 1024} kB\nMemFree: 4 kB\nMemAvailable: ${(12 * GB) / 1024} kB\n`;

let roots = 0;

/** The system's files as a process would see them. */
function system(files: Readonly<Record<string, string | number>>): string {
  const root = join(folder, String(roots++));
  for (const [path, text] of Object.entries({ "proc/meminfo": MEMINFO, ...files })) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${text}\n`);
  }
  return root;
}

const free = (files: Readonly<Record<string, string | number>>) => hostMemory(system(files), "linux").free;

describe("free memory", () => {
  test("is what the system has, where nothing limits the process", () => {
    expect(hostMemory(system({}), "linux")).toEqual({ total: 16 * GB, free: 12 * GB });
    const unlimited = { "proc/self/cgroup": "0::/", "sys/fs/cgroup/memory.max": "max" };
    expect(free({ ...unlimited, "sys/fs/cgroup/memory.current": 3 * GB })).toBe(12 * GB);
  });

  test("counts a container's files that nobody needs", () => {
    const container = {
      "proc/self/cgroup": "0::/",
      "sys/fs/cgroup/memory.max": 2 * GB,
      "sys/fs/cgroup/memory.current": 2 * GB - 4096,
      "sys/fs/cgroup/memory.stat": `anon 1000\nfile 5\ninactive_file ${1.5 * GB}\nactive_file 7`,
    };
    expect(hostMemory(system(container), "linux")).toEqual({ total: 2 * GB, free: 1.5 * GB + 4096 });
    // More than the machine has free is promised to nobody.
    expect(free({ ...container, "sys/fs/cgroup/memory.max": 15 * GB })).toBe(12 * GB);
  });

  test("is limited by the groups around the own one", () => {
    const service = {
      "proc/self/cgroup": "0::/user.slice/atelier.service",
      "sys/fs/cgroup/user.slice/memory.max": 4 * GB,
      "sys/fs/cgroup/user.slice/memory.current": 3 * GB,
      "sys/fs/cgroup/user.slice/atelier.service/memory.max": "max",
      "sys/fs/cgroup/user.slice/atelier.service/memory.current": GB,
    };
    expect(free(service)).toBe(GB);
  });

  test("is read by the first version of cgroups as well, whatever the own group is called outside", () => {
    const v1 = {
      "proc/self/cgroup": "5:cpu,cpuacct:/docker/abc\n4:memory:/docker/abc\n0::/docker/abc",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": 2 * GB,
      "sys/fs/cgroup/memory/memory.usage_in_bytes": 1.5 * GB,
      "sys/fs/cgroup/memory/memory.stat": `inactive_file 5\ntotal_inactive_file ${GB}`,
    };
    expect(free(v1)).toBe(1.5 * GB);
    expect(free({ ...v1, "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712" })).toBe(
      12 * GB,
    );
  });

  test.skipIf(process.platform !== "linux")("is what is not in use where the load is shown", async () => {
    const container = {
      "proc/self/cgroup": "0::/",
      "sys/fs/cgroup/memory.max": 2 * GB,
      "sys/fs/cgroup/memory.current": GB,
    };
    const [load] = await new LoadMeter(system(container)).sample([{ engine: "onnx", kind: "cpu" }]);
    expect(load).toMatchObject({ memoryUsedBytes: GB, memoryBytes: 2 * GB });
  });

  test("is a share of all on macOS, which keeps hardly a page free", () => {
    const { free: share } = hostMemory(system({}), "darwin");
    expect(share / totalmem()).toBeCloseTo(0.6);
  });

  test("is told by this system too", () => {
    const { total, free: now } = hostMemory();
    expect(now).toBeGreaterThan(0);
    expect(now).toBeLessThanOrEqual(total);
  });
});

describe("room for a job", () => {
  const CPU = { engine: "onnx", kind: "cpu" } as const;
  const CARD = { engine: "onnx", kind: "cuda", index: 0 } as const;
  const worker = 4711;
  const nowhere = join(folder, "nowhere");

  /** A program that tells of a card of 80 GB with 50 in use, and of who uses it. */
  function nvidiaSmi(name: string, processes: string): string {
    const file = join(folder, name);
    writeFileSync(
      file,
      `#!/bin/sh\ncase "$1" in\n*compute-apps*) printf '${processes}' ;;\n*) echo "0, GPU-0, Card, 1, 81920, 51200, 0, 40" ;;\nesac\n`,
    );
    chmodSync(file, 0o755);
    return file;
  }

  test.skipIf(process.platform === "darwin")(
    "is what is free and what the worker holds with the job before",
    async () => {
      const status = `Name: node\nVmRSS: ${(4 * GB) / 1024} kB\nRssAnon:\t ${(3 * GB) / 1024} kB`;
      const root = system({ [`proc/${worker}/status`]: status });
      const sources = { root, nvidiaSmi: nowhere, sys: nowhere };
      expect(await roomOn(CPU, worker, sources)).toEqual({ host: 15 * GB, device: "shared" });
      expect(await roomOn(CPU, null, sources)).toEqual({ host: 12 * GB, device: "shared" });
    },
  );

  test("is on a card what nvidia-smi says that the worker holds there, or most of it where it says nothing", async () => {
    const root = system({});
    const roomWith = async (processes: string, pid: number | null) => {
      const smi = nvidiaSmi(`smi-${roots++}`, processes);
      return (await roomOn(CARD, pid, { root, nvidiaSmi: smi, sys: nowhere })).device;
    };
    expect(await roomWith(`12, 10240\\n${worker}, 40960\\n`, worker)).toBe(70 * GB);
    expect(await roomWith("", worker)).toBe(72 * GB);
    expect(await roomWith(`${worker}, [N/A]\\n`, worker)).toBe(72 * GB);
    expect(await roomWith(`${worker}, 40960\\n`, null)).toBe(30 * GB);
  });
});
