import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { expect, test } from "vitest";
import type { BenchReport, DoctorReport, EvaluateReport } from "../../daemon/foreground.ts";
import { toBytes } from "../../daemon/image/planes.ts";
import { atelier, json } from "../support/atelier.ts";
import { addParams, startDaemon } from "../support/daemon.ts";
import { readNpy } from "../support/npy.ts";
import { type Expected, randomPicture, relativeDistance } from "../support/objectives.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { newHome, temporaryFolder } from "../support/temporary.ts";
import { writeWeights } from "../support/weights.ts";

const home = temporaryFolder();
const at = (name: string) => join(home, name);

test("evaluate prints terms and writes the gradient that the reference has", async () => {
  const folder = join(import.meta.dirname, "../fixtures/untrained-golden");
  const expected = (
    JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Record<string, Expected>
  )["max-image-size"];
  for (const [name, stream, height, width] of [
    ["content", 0, 29, 37],
    ["style", 1, 23, 31],
    ["image", 2, 29, 37],
  ] as const)
    await sharp(toBytes(randomPicture(7, stream, height, width)), { raw: { width, height, channels: 3 } })
      .png()
      .toFile(at(`${name}.png`));
  writeFileSync(at("objective.json"), JSON.stringify(expected?.recipe));
  const files = ["content", "style", "image"].flatMap((name) => [`--${name}`, at(`${name}.png`)]);
  const outcome = await atelier(
    ["evaluate", "--objective", at("objective.json"), ...files, "--gradient", at("g.npy"), "--json"],
    home,
  );
  expect(outcome.code).toBe(0);
  const report = json<EvaluateReport>(outcome);
  expect(Object.keys(report.terms).toSorted()).toEqual(Object.keys(expected?.terms ?? {}).toSorted());
  expect(report.total / (expected?.total ?? 0)).toBeCloseTo(1, 5);
  expect(report.gradientNorm / (expected?.gradientNorm ?? 0)).toBeCloseTo(1, 5);
  expect(outcome.stderr).toMatch(/weights .*untrained network \(random filters\)/);
  const gradient = readNpy(at("g.npy"));
  const reference = readNpy(join(folder, "gradient-max-image-size.npy"));
  expect(gradient.shape).toEqual(reference.shape);
  expect(relativeDistance(gradient.data, reference.data)).toBeLessThan(1e-4);
});

test("evaluate names what is wrong with an objective", async () => {
  writeFileSync(at("bad.json"), JSON.stringify({ pool: "avg", content: { conv9_9: 1 }, colour: true }));
  const outcome = await atelier(
    ["evaluate", "--objective", at("bad.json"), "--content", "a", "--style", "b", "--image", "c"],
    home,
  );
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).toMatch(/bad\.json: not an objective: .*colour/);
});

test("evaluate takes the objective out of a picture that carries it", async () => {
  const pair = ["--content", at("content.png"), "--style", at("style.png")];
  const short = ["--size", "32", "--stages", "single", "--iterations", "1", "--tv", "0.25"];
  const made = at("made.png");
  expect((await atelier(["run", ...pair, ...short, "--out", made], home)).code).toBe(0);
  const evaluate = async (objective: string) =>
    await atelier(
      ["evaluate", "--objective", objective, "--content", made, ...pair.slice(2), "--image", made, "--json"],
      home,
    );
  const { stdout } = await atelier(["recipe", made], home);
  writeFileSync(at("made.json"), stdout);
  const report = json<EvaluateReport>(await evaluate(made));
  expect(report.terms).toHaveProperty("tv");
  expect(report.terms).toEqual(json<EvaluateReport>(await evaluate(at("made.json"))).terms);
  expect((await evaluate(at("style.png"))).stderr).toMatch(/style\.png holds no recipe; only pictures/);
});

test("evaluate resizes nothing", async () => {
  writeFileSync(
    at("o.json"),
    JSON.stringify({
      pool: "avg",
      content: { conv1_1: 1 },
      contentForm: "sum",
      style: {},
      styleForm: "gatys",
      tv: 0,
      tvForm: "l1",
    }),
  );
  const outcome = await atelier(
    [
      "evaluate",
      "--objective",
      at("o.json"),
      "--content",
      at("content.png"),
      "--style",
      at("style.png"),
      "--image",
      at("style.png"),
    ],
    home,
  );
  expect(outcome.stderr).toMatch(/must be of one size/);
});

test.skipIf(totalmem() > 32e9)("bench says what fits before it fills the memory", async () => {
  const outcome = await atelier(["bench", "--size", "4096", "--device", "cpu"], home);
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).toMatch(/4096×4096 needs about .* of memory .* --size \d+ would fit/);
});

test("bench reports a run", async () => {
  const report = json<BenchReport>(await atelier(["bench", "--size", "32", "--json"], home));
  expect(report).toMatchObject({ engine: "onnx", size: 32 });
  expect(report.gflop).toBeCloseTo(1.249, 2);
  expect(report.gflops).toBeCloseTo(report.gflop / report.medianSeconds, 6);
  expect(report.fractionOfPeak).toBeGreaterThan(0);
  expect(report.peakGflops).toBeGreaterThan(1);
});

test("doctor says what there is", async () => {
  const report = json<DoctorReport>(await atelier(["doctor", "--json"], home));
  expect(report.node).toBe(process.version);
  expect(report.devices[0]).toMatchObject({ id: "onnx/cpu", works: true, seconds: expect.any(Number) });
  for (const { id, devices } of report.engines) {
    const own = report.devices.filter((device) => device.id.startsWith(`${id}/`));
    expect(devices).toEqual(own.flatMap((device) => (device.works ? [device.device] : [])));
  }
  // Told of more memory than any machine has, where no limit is set.
  expect(report.memory.totalBytes).toBeLessThanOrEqual(totalmem());
  const words = await atelier(["doctor"], home);
  expect(words.stdout).toMatch(/weights +none .*atelier weights fetch/);
});

test("imported weights are listed, verified and used by default", async () => {
  const file = at("mine.safetensors");
  writeWeights(file, 9);
  expect(json(await atelier(["weights", "import", file, "--json"], home))).toMatchObject({
    kind: "custom",
    verified: false,
  });
  const listing = json<{ stored: { file: string; isDefault: boolean }[] }>(
    await atelier(["weights", "list", "--json"], home),
  );
  const stored = at("data/weights/mine.safetensors");
  expect(listing.stored).toMatchObject([{ file: stored, isDefault: true }]);
  // Its owner's alone.
  expect(statSync(stored).mode & 0o777).toBe(0o600);
  const verification = await atelier(["weights", "verify"], home);
  expect(verification.code).toBe(1);
  expect(verification.stdout).toMatch(/conv1_1\.kernel +other values/);
  const run = await atelier(
    [
      "run",
      "--content",
      at("content.png"),
      "--style",
      at("style.png"),
      "--size",
      "24",
      "--iterations",
      "1",
      "--out",
      at("x.png"),
    ],
    home,
  );
  expect(run.stderr).toMatch(/mine\.safetensors \(not the published VGG16\)/);
});

test("of several weights one is chosen, and one that jobs are made with is only removed where that is meant", async () => {
  const own = newHome();
  const stored = (name: string) => join(own, "data/weights", name);
  for (const [i, name] of ["old.safetensors", "new.safetensors"].entries()) {
    writeWeights(join(own, name), i);
    await atelier(["weights", "import", join(own, name)], own);
  }
  const byDefault = async () =>
    json<{ stored: { file: string; isDefault: boolean }[] }>(
      await atelier(["weights", "list", "--json"], own),
    )
      .stored.filter(({ isDefault }) => isDefault)
      .map(({ file }) => file);
  expect(await byDefault()).toEqual([stored("new.safetensors")]);
  expect(await atelier(["weights", "default", "old.safetensors"], own)).toMatchObject({ code: 0 });
  expect(await byDefault()).toEqual([stored("old.safetensors")]);
  for (const verb of ["default", "remove"])
    expect(await atelier(["weights", verb, "../old.safetensors"], own)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("there is no stored weight file ../old.safetensors; there are old"),
    });

  const remove = async (...args: string[]) => await atelier(["weights", "remove", ...args], own);
  expect(await remove("old.safetensors")).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/no daemon runs here .*atelier weights remove old\.safetensors --yes/),
  });
  const daemon = await startDaemon(own, ["--paused", "--device", "cpu"]);
  const client = await daemon.connect();
  await client.request("add", addParams(smallRecipe(await smallPictures(own))));
  const choose = async (name: string) => await atelier(["weights", "default", name], own);
  expect((await choose("new.safetensors")).stderr).toMatch(
    /1 job in the queue, made with .*old\.safetensors/,
  );
  expect(await choose("old.safetensors")).toMatchObject({ code: 0 });
  expect(await remove("new.safetensors")).toMatchObject({
    code: 0,
    stdout: `removed ${stored("new.safetensors")}\n`,
  });
  expect(await remove("old.safetensors")).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      /1 job in the queue would go on .*atelier weights remove old\.safetensors --yes/,
    ),
  });
  expect(await byDefault()).toEqual([stored("old.safetensors")]);
  expect(await remove("old.safetensors", "--yes")).toMatchObject({
    code: 0,
    stderr: "used by default from now on: an untrained network\n",
  });
  expect(await byDefault()).toEqual([]);
  expect(existsSync(stored("default"))).toBe(false);
});

test("weights are not imported over others of the same name", async () => {
  const own = newHome();
  const file = join(own, "mine.safetensors");
  writeWeights(file, 1);
  const importIt = async () => await atelier(["weights", "import", file], own);
  expect((await importIt()).code).toBe(0);
  expect((await importIt()).code).toBe(0);
  const stored = join(own, "data/weights/mine.safetensors");
  const before = readFileSync(stored);
  writeWeights(file, 2);
  const outcome = await importIt();
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).toBe(
    `error: ${stored} has other weights than ${file}; rename the one that is to be imported, or: atelier weights remove mine.safetensors\n`,
  );
  expect(readFileSync(stored).equals(before)).toBe(true);
});

test("a folder and a link to nowhere among the weights are none", async () => {
  const own = newHome();
  const folder = join(own, "data/weights");
  mkdirSync(join(folder, "dir.h5"), { recursive: true });
  symlinkSync(join(own, "gone.h5"), join(folder, "link.h5"));
  symlinkSync("ring.h5", join(folder, "ring.h5"));
  const outcome = await atelier(["weights", "list", "--json"], own);
  expect(outcome.stderr).toBe("");
  expect(json<{ stored: unknown[] }>(outcome).stored).toEqual([]);
});

test.each(["nowhere", "file:///etc/hostname", "http://"])("weights are not fetched from %s", async (from) => {
  const outcome = await atelier(["weights", "fetch", "--from", from], newHome());
  expect(outcome.code).toBe(2);
  expect(outcome.stderr).toMatch(/expected an address that begins with http:\/\/ or https:\/\//);
});

test("presets, help and version are printed on stdout", async () => {
  expect((await atelier(["presets"], home)).stdout).toMatch(/default[\s\S]*gatys[\s\S]*keras[\s\S]*johnson/);
  expect((await atelier(["run", "--help"], home)).stdout).toMatch(/--content <file>/);
  expect((await atelier(["--version"], home)).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test("a reader that goes away is no crash", async () => {
  const { spawnSync } = await import("node:child_process");
  const bin = join(import.meta.dirname, "../../bin/atelier.js");
  const result = spawnSync(
    "sh",
    ["-c", `{ "${process.execPath}" "${bin}" run --help; echo $? >&2; } | head -n 1`],
    {
      encoding: "utf8",
    },
  );
  expect(result.stdout).toMatch(/^Usage/);
  expect(result.stderr).toBe("0\n");
});

test("an empty NODE_COMPILE_CACHE leaves nothing in the folder that one is in", async () => {
  const own = newHome();
  expect((await atelier(["presets"], own, { NODE_COMPILE_CACHE: "" })).code).toBe(0);
  expect(readdirSync(own)).toEqual(["cache"]);
});

test.runIf(process.platform === "linux")(
  "a home that cannot be made is told of, and holds nothing up",
  async () => {
    for (const [place, why] of [
      ["/proc/atelier", /cannot make the folder \/proc\/atelier: nothing can be made there/],
      ["/etc/hosts/atelier", /cannot make the folder \/etc\/hosts: something else has that name/],
    ] as const) {
      const { code, stderr } = await atelier(["up"], home, { ATELIER_HOME: place });
      expect(code).toBe(1);
      expect(stderr).toMatch(why);
      expect(stderr).not.toMatch(/\n +at /);
    }
    expect((await atelier(["presets"], home, { ATELIER_HOME: "/proc/atelier" })).code).toBe(0);
  },
);
