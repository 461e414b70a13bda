import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fastest, type Surveyed } from "../../../daemon/devices/choose.ts";
import { listGpus } from "../../../daemon/devices/gpus.ts";
import type { DoctorReport, RunReport } from "../../../daemon/foreground.ts";
import { parseDevice, parseDevices } from "../../../shared/devices.ts";
import { atelier, ended, json, startAtelier } from "../../support/atelier.ts";
import { smallPictures } from "../../support/pictures.ts";
import { newHome, temporaryFolder } from "../../support/temporary.ts";

const home = temporaryFolder();
const gpus = await listGpus();

describe("a device on the command line", () => {
  test.each([
    ["auto", { kind: "auto" }],
    ["cpu:1", { kind: "cpu", index: 1 }],
    ["onnx/webgpu", { engine: "onnx", kind: "webgpu" }],
    ["onnx/cuda:0", { engine: "onnx", kind: "cuda", index: 0 }],
  ])("%s", (text, wish) => expect(parseDevice(text)).toEqual(wish));

  test.each(["", "tpu", "cuda:", "cuda:x", "onnx/", "other/cpu", "cpu cpu", "cuda:-1"])("not %j", (text) => {
    expect(() => parseDevice(text)).toThrow(/expected auto, gpu, cpu/);
  });

  test("none that its engine does not compute on", () => {
    expect(() => parseDevice("tfjs/webgpu")).toThrow(/the engine tfjs computes on cpu or cuda alone/);
    expect(() => parseDevice("webgpu", "tfjs")).toThrow(/the engine tfjs computes on cpu or cuda alone/);
    expect(() => parseDevice("tfjs/cpu", "onnx")).toThrow(/--engine onnx and --device "tfjs\/cpu" name two/);
  });

  test("none twice", () => {
    expect(parseDevices("cpu:0,cpu:1")).toHaveLength(2);
    expect(() => parseDevices("cpu,cpu")).toThrow(/twice; two workers on the CPU are cpu:0,cpu:1/);
  });
});

test("the fastest that works is taken, an earlier one where it makes little difference", () => {
  const device = { engine: "onnx", kind: "cpu" } as const;
  const of = (index: number, size: number, seconds: number): Surveyed => ({
    device: { ...device, index },
    measurement: { works: true, device: "", size, seconds },
  });
  const broken: Surveyed = {
    device: { ...device, index: 9 },
    measurement: { works: false, reason: "broken" },
  };
  expect(fastest([broken])).toBeUndefined();
  expect(fastest([broken, of(1, 256, 1)])?.index).toBe(1);
  expect(fastest([of(1, 256, 1), of(2, 256, 0.95)])?.index).toBe(1);
  expect(fastest([of(1, 256, 1), of(2, 256, 0.5)])?.index).toBe(2);
  // The same time for a sixteenth of the pixels.
  expect(fastest([of(1, 64, 1), of(2, 256, 1)])?.index).toBe(2);
});

/** The process in which a command tries a device. */
function trialOf(command: number): number | undefined {
  return readdirSync("/proc")
    .map(Number)
    .find((pid) => {
      try {
        const [, parent] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
        return (
          Number(parent) === command && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("device-trial")
        );
      } catch {
        return false;
      }
    });
}

describe.skipIf(gpus.length > 0)("a fresh machine without GPU", () => {
  test("doctor measures what works, and says of the rest in words how to get it", async () => {
    const first = await atelier(["doctor", "--json"], home);
    expect(first.code).toBe(0);
    expect(first.stderr).toMatch(/measuring onnx\/cpu/);
    const report = json<DoctorReport>(first);
    const of = (id: string) => report.devices.find((device) => device.id === id);
    expect(of("onnx/cpu")).toMatchObject({ works: true, seconds: expect.any(Number), isChosen: true });
    expect(of("onnx/webgpu")).toMatchObject({ works: false, reason: expect.stringMatching(/no GPU/) });
    expect(of("onnx/cuda:0")).toMatchObject({
      works: false,
      reason: expect.stringMatching(/NVIDIA's driver/),
    });
    expect(of("onnx/swiftshader")).toMatchObject({
      works: false,
      reason: expect.stringMatching(/atelier setup swiftshader/),
    });
    // The measurement is remembered, and made again when asked for.
    expect((await atelier(["doctor"], home)).stderr).toBe("");
    expect((await atelier(["doctor", "--fresh"], home)).stderr).toMatch(/measuring onnx\/cpu/);
  });

  test("a spoilt cache is measured anew", async () => {
    const cache = join(home, "cache/devices.json");
    expect(statSync(cache).mode & 0o777).toBe(0o600);
    writeFileSync(cache, readFileSync(cache, "utf8").slice(0, 40));
    expect((await atelier(["doctor"], home)).stderr).toMatch(/measuring onnx\/cpu/);
  });

  test("a trial that somebody stops is an interruption, and says nothing of the device", async () => {
    const own = newHome();
    const doctor = startAtelier(["doctor"], own);
    const outcome = ended(doctor);
    let trial: number | undefined;
    await expect.poll(() => (trial = trialOf(doctor.pid ?? 0)), { timeout: 20_000 }).toBeDefined();
    process.kill(trial ?? 0, "SIGINT");
    expect(await outcome).toMatchObject({
      code: 130,
      stderr: expect.stringMatching(/the trial of onnx\/cpu was interrupted/),
    });
    expect(existsSync(join(own, "cache/devices.json"))).toBe(false);
  });

  test("what was measured does not outlive a setup or its undoing", async () => {
    const cache = join(home, "cache/devices.json");
    expect(existsSync(cache)).toBe(true);
    expect((await atelier(["setup", "swiftshader", "--undo"], home)).code).toBe(0);
    expect(existsSync(cache)).toBe(false);
  });

  test("a run takes the CPU and says why; one that asks for a GPU fails with every reason", async () => {
    const { content, style } = await smallPictures(home);
    const run = (device: string) =>
      atelier(
        [
          ..."run --weights untrained --size 24 --iterations 1 --json --device".split(" "),
          device,
          "--content",
          content,
          "--style",
          style,
          "--out",
          join(home, `${device}.png`),
        ],
        home,
      );
    const auto = await run("auto");
    expect(json<RunReport>(auto)).toMatchObject({ engine: "onnx", device: expect.stringMatching(/^cpu, /) });
    expect(auto.stderr).toMatch(/the only one that can work here/);
    const gpu = await run("gpu");
    expect(gpu.code).toBe(1);
    expect(gpu.stderr).toMatch(/onnx\/webgpu: no GPU/);
    expect(gpu.stderr).toMatch(/onnx\/cuda:0: no NVIDIA GPU/);
    expect(existsSync(join(home, "gpu.png"))).toBe(false);
    expect((await run("nonsense")).code).toBe(2);
  });

  test("setup cuda checks first and names what is missing", async () => {
    const outcome = await atelier(["setup", "cuda"], home);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/CUDA cannot be used here: no NVIDIA GPU/);
  });
});
