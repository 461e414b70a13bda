import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { beforeAll, describe, expect, test } from "vitest";
import type { RunReport } from "../../daemon/foreground.ts";
import type { Recipe } from "../../shared/recipe.ts";
import { atelier, ended, json, startAtelier } from "../support/atelier.ts";
import { ONE_THREAD } from "../support/daemon.ts";
import { smallPictures } from "../support/pictures.ts";
import { smallRecipe } from "../support/recipes.ts";
import { temporaryFolder } from "../support/temporary.ts";

const home = temporaryFolder();
const at = (name: string) => join(home, name);
let pictures: { content: string; style: string };
let basics: string[];
/** The same through the first layers: enough for all that is not about the method. */
let quick: string[];

beforeAll(async () => {
  pictures = await smallPictures(home);
  basics = ["run", ...ONE_THREAD, "--content", pictures.content, "--style", pictures.style];
  writeFileSync(at("quick.json"), JSON.stringify(smallRecipe(pictures)));
  quick = ["run", ...ONE_THREAD, "--recipe", at("quick.json")];
});

describe("atelier run", () => {
  test("tells nobody: the runtime's telemetry leaves no id of the device", async () => {
    const extra = { HOME: home, XDG_CACHE_HOME: "" };
    const { code } = await atelier(
      [...quick, "--size", "32", "--iterations", "1", "--out", at("quiet.png")],
      home,
      extra,
    );
    expect(code).toBe(0);
    expect(readdirSync(home, { recursive: true }).map(String)).not.toContainEqual(
      expect.stringContaining("deviceid"),
    );
  });

  test("makes a picture and reports on it in one JSON document", async () => {
    const outcome = await atelier(
      [...basics, "--size", "64", "--iterations", "4", "--out", at("a.png"), "--json"],
      home,
    );
    expect(outcome.code).toBe(0);
    const report = json<RunReport>(outcome);
    expect(report).toMatchObject({
      out: at("a.png"),
      preset: "default",
      engine: "onnx",
      weights: { kind: "untrained", file: null, verified: false },
      width: 64,
      height: 43,
      iterations: 4,
      interrupted: false,
    });
    expect(report.device).toMatch(/^cpu, \d+ thread/);
    expect(report.lastLoss).toBeLessThan(report.firstLoss);
    expect(Object.values(report.terms).reduce((a, b) => a + b, 0)).toBeCloseTo(report.lastLoss, 6);
    expect(report.evaluations).toBeGreaterThanOrEqual(5);
    expect(report.peakRssBytes).toBeGreaterThan(100e6);
    expect(await sharp(at("a.png")).metadata()).toMatchObject({ format: "png", width: 64, height: 43 });
    expect(outcome.stderr).toMatch(/untrained network/);
    expect(outcome.stderr).toMatch(/loss .* → /);
  });

  test("the same command twice gives the same file, byte for byte", async () => {
    // With as many threads as there are cores.
    const args = [
      "run",
      "--content",
      pictures.content,
      "--style",
      pictures.style,
      "--size",
      "70",
      "--stages",
      "48:2,70:2",
      "--init",
      "noise",
      "--seed",
      "5",
      "--preset",
      "johnson",
    ];
    for (const name of ["one.png", "two.png"])
      expect((await atelier([...args, "--out", at(name)], home)).code).toBe(0);
    expect(readFileSync(at("one.png")).equals(readFileSync(at("two.png")))).toBe(true);
  });

  test("the picture carries its recipe, and the recipe makes the picture again", async () => {
    const args = [
      ...basics,
      "--size",
      "40",
      "--iterations",
      "3",
      "--preset",
      "keras",
      "--tv",
      "0.01",
      "--crop",
      "1:1",
    ];
    await atelier([...args, "--out", at("first.png")], home);
    const recipe = await atelier(["recipe", at("first.png")], home);
    expect(recipe.stderr).toMatch(/untrained network[\s\S]*made in 3 iterations/);
    expect(json(recipe)).toMatchObject({
      preset: "keras",
      crop: "1:1",
      objective: { tv: 0.01, pool: "max" },
    });
    expect(
      (await atelier(["run", ...ONE_THREAD, "--recipe", at("first.png"), "--out", at("again.png")], home))
        .code,
    ).toBe(0);
    expect(readFileSync(at("again.png")).equals(readFileSync(at("first.png")))).toBe(true);
  });

  test("whose colours it has is in the recipe, and can be changed back", async () => {
    const short = ["--size", "32", "--iterations", "2"];
    await atelier([...quick, ...short, "--color", "luminance", "--out", at("photo-colors.png")], home);
    const recipe = async (name: string) => json<Recipe>(await atelier(["recipe", at(name)], home));
    expect((await recipe("photo-colors.png")).color).toBe("luminance");
    const again = ["run", ...ONE_THREAD, "--recipe", at("photo-colors.png")];
    await atelier([...again, "--out", at("photo-colors-again.png")], home);
    expect(readFileSync(at("photo-colors-again.png")).equals(readFileSync(at("photo-colors.png")))).toBe(
      true,
    );
    await atelier([...again, "--color", "style", "--out", at("not-own.png")], home);
    await atelier([...quick, ...short, "--out", at("never-photo-colors.png")], home);
    expect(await recipe("not-own.png")).not.toHaveProperty("color");
    expect(readFileSync(at("not-own.png")).equals(readFileSync(at("never-photo-colors.png")))).toBe(true);
  });

  test("turns controls on the way as it is told beforehand", async () => {
    const timeline = [
      { iteration: 1, changes: { style: 3, tv: 1e-6 } },
      { iteration: 3, changes: { content: 0 } },
    ];
    writeFileSync(at("on-the-way.json"), JSON.stringify({ recipe: smallRecipe(pictures), timeline }));
    const told = ["--at", "3:content=0", "--at", "1:style=3, tv=1e-6"];
    for (const [out, args] of [
      ["told.png", [...quick, ...told]],
      ["recorded.png", ["run", ...ONE_THREAD, "--recipe", at("on-the-way.json")]],
    ] as const)
      expect((await atelier([...args, "--out", at(out)], home)).code).toBe(0);
    expect(readFileSync(at("told.png")).equals(readFileSync(at("recorded.png")))).toBe(true);
  });

  test("tells of changes that come at the last iteration or later, its recipe's as well", async () => {
    const timeline = [{ iteration: 2, changes: { tv: 1e-6 } }];
    writeFileSync(at("late.json"), JSON.stringify({ recipe: smallRecipe(pictures), timeline }));
    const run = ["run", ...ONE_THREAD, "--recipe", at("late.json"), "--iterations"];
    const notes = async (...args: string[]) =>
      (await atelier([...run, ...args, "--out", at("late.png")], home)).stderr.match(/changes from .*/g);
    expect(await notes("3", "--at", "1000:style=2")).toEqual([
      "changes from iteration 1000 on never come: the last iteration is 3",
    ]);
    expect(await notes("2")).toEqual(["changes from iteration 2 on never come: the last iteration is 2"]);
    expect(await notes("3")).toBeNull();
  });

  test.each([
    ["3", /argument '3' is invalid. "3": expected ITERATION:CONTROL=NUMBER/],
    ["3:style", /"style": expected CONTROL=NUMBER such as style=2/],
    ["3:blend.2=1", /--at: there is no control "blend.2" here; there are content, style, /],
    ["3:style=-1", /--at: style = -1: expected a number from 0 to 1e12/],
  ])("a change to come that makes no sense is wrong usage: %s", async (change, problem) => {
    const outcome = await atelier([...quick, "--at", change, "--out", at("never.png")], home);
    expect(outcome.stderr).toMatch(problem);
    expect(outcome.code).toBe(2);
  });

  test("a result does not take the place of a picture that it is made from", async () => {
    const own = at("own.png");
    copyFileSync(pictures.content, own);
    const args = ["run", "--style", pictures.style, "--size", "32", "--iterations", "1"];
    const outcome = await atelier([...args, "--content", own, "--out", `${home}/./own.png`], home);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/own\.png is a file that this one is made from; name another file/);
    const traced = await atelier([...args, "--content", own, "--out", at("o.png"), "--trace", own], home);
    expect(traced.stderr).toMatch(/own\.png is a file that this one is made from/);
    const same = await atelier(
      [...args, "--content", own, "--out", at("o.png"), "--trace", at("o.png")],
      home,
    );
    expect(same.stderr).toMatch(/--trace and --out are the same file/);
    const filters = at("own.h5");
    writeFileSync(filters, "filters");
    const over = await atelier(
      [...args, "--content", own, "--out", at("o.png"), "--weights", filters, "--trace", filters],
      home,
    );
    expect(over.stderr).toMatch(/own\.h5 is a file that this one is made from/);
    expect(readFileSync(filters, "utf8")).toBe("filters");
    expect(readFileSync(own).equals(readFileSync(pictures.content))).toBe(true);
    expect(existsSync(at("o.png"))).toBe(false);
  });

  test("writes the picture on its way as well, each with what makes it again", async () => {
    const out = at("grown.png");
    const words = "--weights untrained --size 32 --iterations 5 --every 2 --json --out".split(" ");
    const made = await atelier([...quick, ...words, out], home);
    expect(made).toMatchObject({ code: 0 });
    expect(readdirSync(home).filter((name) => name.startsWith("grown"))).toEqual([
      "grown-2.png",
      "grown-4.png",
      "grown.png",
    ]);
    const again = at("until.png");
    const replay = ["run", "--recipe", at("grown-4.png"), "--weights", "untrained", "--until", "4"];
    expect(await atelier([...replay, "--out", again], home)).toMatchObject({ code: 0 });
    const pixels = async (file: string) => await sharp(file).raw().toBuffer();
    expect(await pixels(again)).toEqual(await pixels(at("grown-4.png")));
    expect(await pixels(again)).not.toEqual(await pixels(out));
  });

  test("a picture on the way that cannot be written is told of, and the run goes on", async () => {
    mkdirSync(at("blocked-1.png"));
    const words = "--weights untrained --size 32 --iterations 2 --every 1 --out".split(" ");
    const made = await atelier([...quick, ...words, at("blocked.png")], home);
    expect(made).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/blocked-1\.png.*; the run goes on/),
    });
    expect(existsSync(at("blocked-2.png")) && existsSync(at("blocked.png"))).toBe(true);
  });

  test("ends where it is told to, and a link to a picture stays one", async () => {
    writeFileSync(at("target.png"), "");
    symlinkSync("target.png", at("link.png"));
    const args = ["--size", "32", "--iterations", "9", "--until", "2", "--out", at("link.png"), "--json"];
    expect(json<RunReport>(await atelier([...quick, ...args], home)).iterations).toBe(2);
    expect(readlinkSync(at("link.png"))).toBe("target.png");
    expect((await sharp(at("target.png")).metadata()).width).toBe(32);
  });

  test("a picture that cannot be written where it was wanted is not lost", async () => {
    const folder = join(home, "leaving");
    mkdirSync(folder);
    const args = [
      "--size",
      "32",
      "--iterations",
      "300",
      "--trace",
      at("r.jsonl"),
      "--out",
      join(folder, "x.png"),
    ];
    const child = startAtelier([...quick, ...args], home);
    const finished = ended(child);
    await expect.poll(() => existsSync(at("r.jsonl")), { timeout: 30_000 }).toBe(true);
    rmSync(folder, { recursive: true });
    const { code, stderr } = await finished;
    expect(code).toBe(1);
    const [, file = ""] =
      /cannot write .*x\.png: there is no such folder; the picture is in (.*x\.png)/.exec(stderr) ?? [];
    expect((await sharp(file).metadata()).width).toBe(32);
  });

  test("a recipe finds pictures beside itself, and other filters than its picture's are told of", async () => {
    const folder = join(home, "elsewhere");
    mkdirSync(folder);
    copyFileSync(pictures.content, join(folder, "beside.png"));
    const whole = json<Recipe>(await atelier(["recipe", at("first.png")], home));
    // Here lies another of this name, which is not the one that the recipe was made with.
    copyFileSync(pictures.style, at("beside.png"));
    const recipe = { ...whole, content: { ...whole.content, file: "beside.png" } };
    const weights = { kind: "vgg16", file: "vgg16.h5", verified: true };
    const made = { engine: "onnx", device: "cpu", weights, iterations: 3 };
    writeFileSync(join(folder, "r.json"), JSON.stringify({ recipe, made }));
    const short = ["--size", "16", "--iterations", "1"];
    const outcome = await atelier(
      ["run", "--recipe", join(folder, "r.json"), ...short, "--out", at("beside-result.png")],
      home,
    );
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toMatch(/was made with VGG16 \(vgg16\.h5, verified\), and this one .* untrained/);
  });

  test("what is mistyped is said in words, and nothing is made of it", async () => {
    const run = async (...args: string[]) =>
      await atelier(["run", "--content", pictures.content, ...args, "--out", at("typo.png")], home);
    expect(await run("--style", `${pictures.style}:abc`)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/"abc" is no weight; expected FILE:WEIGHT, such as .*:0\.5/),
    });
    expect(await run("--style", pictures.style, "--init", "nosie")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--init nosie: expected content, style, noise, grey or a picture file/),
    });
    const whole = json<Recipe>(await atelier(["recipe", at("first.png")], home));
    writeFileSync(
      at("wrong.json"),
      JSON.stringify({
        ...whole,
        seed: 1.5,
        init: 7,
        styles: [],
        optimizer: { kind: "sgd" },
        schedule: undefined,
        crop: "7x",
        x: 1,
      }),
    );
    const wrong = await atelier(["run", "--recipe", at("wrong.json"), "--out", at("typo.png")], home);
    for (const words of [
      "seed: expected a whole number, got 1.5",
      "styles: expected at least 1 of them, got 0",
      'optimizer.kind: expected "lbfgs" or "adam"',
      "schedule: missing",
      'crop: "7x" is neither an aspect',
      'does not know "x"; there are objective,',
    ])
      expect(wrong.stderr).toContain(words);
    expect(existsSync(at("typo.png"))).toBe(false);
  });

  test("refuses to replay a recipe on another picture of the same name", async () => {
    await sharp(pictures.content).toFile(at("changing.png"));
    await atelier(
      [
        "run",
        "--content",
        at("changing.png"),
        "--style",
        pictures.style,
        "--size",
        "32",
        "--iterations",
        "1",
        "--out",
        at("r.png"),
      ],
      home,
    );
    await sharp(pictures.content).negate().toFile(at("changing.png"));
    const outcome = await atelier(["run", "--recipe", at("r.png"), "--out", at("r2.png")], home);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/changing\.png: not the picture that the recipe was made with/);
  });

  test.each([
    ["adam", ["--optimizer", "adam", "--learning-rate", "5"]],
    ["start from a picture", ["--init", "painting.png"]],
    ["start from grey", ["--init", "grey"]],
    ["start from the style", ["--init", "style"]],
    ["odd and smallest", ["--size", "25", "--crop", "0,0,70x49"]],
    ["jpeg out", []],
  ])("%s", async (name, args) => {
    const out = at(`${name.replaceAll(" ", "-")}${name === "jpeg out" ? ".jpg" : ".png"}`);
    const outcome = await atelier(
      [...quick, "--size", "40", "--iterations", "3", ...args, "--out", out, "--json"],
      home,
    );
    expect(outcome.stderr).not.toMatch(/error/);
    const report = json<RunReport>(outcome);
    expect(report.lastLoss).toBeLessThan(report.firstLoss);
    expect(json(await atelier(["recipe", out], home))).toMatchObject({ version: 1 });
  });

  test("several styles are blended by weight", async () => {
    const second = ["--style", pictures.style, "--style", `${pictures.content}:0.25`];
    const outcome = await atelier(
      [...quick, ...second, "--size", "32", "--iterations", "2", "--out", at("blend.png"), "--json"],
      home,
    );
    expect(outcome.code).toBe(0);
    const recipe = json<{ styles: { weight: number }[] }>(await atelier(["recipe", at("blend.png")], home));
    expect(recipe.styles.map(({ weight }) => weight)).toEqual([1, 0.25]);
  });

  test("never enlarges silently", async () => {
    const outcome = await atelier(
      [...quick, "--size", "300", "--iterations", "1", "--out", at("n.png"), "--json"],
      home,
    );
    expect(json<RunReport>(outcome).width).toBe(75);
    expect(outcome.stderr).toMatch(/note: .*photo\.png is 75×50; the result stays at 75 px/);
  });

  describe("the sizes of a list of stages", () => {
    const short = ["--json"];

    test("make the size of the picture, without --size and against a preset's", async () => {
      const stages = ["--stages", "30:1,72:1", "--preset", "keras"];
      const outcome = await atelier([...basics, ...stages, ...short, "--out", at("listed.png")], home);
      expect(json<RunReport>(outcome)).toMatchObject({ width: 72, iterations: 2 });
      const again = ["run", "--recipe", at("listed.png"), "--out", at("relisted.png"), ...short];
      const other = await atelier([...again, "--stages", "24:1,40:1", "--crop", "1:1"], home);
      expect(json<RunReport>(other)).toMatchObject({ width: 40, height: 40 });
      const whole = await atelier(
        [...again, "--stages", "single", "--iterations", "1", "--crop", "none"],
        home,
      );
      expect(json<RunReport>(whole)).toMatchObject({ width: 72, height: 48, iterations: 1 });
    });

    test("have iterations of their own, so that --iterations is refused beside them", async () => {
      const stages = ["--stages", "30:1,72:1", "--iterations", "5", "--out", at("both.png")];
      expect(await atelier([...basics, ...stages], home)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/--iterations belongs to --stages auto or single/) as string,
      });
    });

    test("and a --size or a recipe's size that is another are refused with both", async () => {
      const stages = ["--stages", "30:1,72:1"];
      const given = await atelier([...basics, ...stages, "--size", "75", "--out", at("two.png")], home);
      expect(given.code).toBe(2);
      expect(given.stderr).toMatch(
        /the size is 75, but the stages end with 72; take --size 72, or --stages that end with 75/,
      );
      const replay = ["run", "--recipe", at("listed.png"), "--out", at("two.png")];
      expect(await atelier([...replay, "--size", "40"], home)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/size is 40, but the stages end with 72/) as string,
      });
      const recipe = json<{ schedule: object }>(await atelier(["recipe", at("listed.png")], home));
      const schedule = { ...recipe.schedule, size: 50 };
      writeFileSync(at("contradiction.json"), JSON.stringify({ ...recipe, schedule }));
      expect(
        await atelier(["run", "--recipe", at("contradiction.json"), "--out", at("two.png")], home),
      ).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/size is 50, but the stages end with 72/) as string,
      });
    });
  });

  test("sides that would vanish in the network are named with the least size, and a style's strip is kept wide enough", async () => {
    for (const args of [
      ["--size", "23"],
      ["--stages", "16:1,40:1"],
    ]) {
      const outcome = await atelier([...basics, ...args, "--out", at("narrow.png")], home);
      expect(outcome.code).toBe(1);
      expect(outcome.stderr).toMatch(/photo\.png is \d\d×1[15] pixels at size .*; the least --size is 24/);
    }
    await sharp(pictures.style).resize(400, 20, { fit: "fill" }).toFile(at("strip.png"));
    const args = ["--style", at("strip.png"), "--size", "24", "--iterations", "1", "--json"];
    const outcome = await atelier(
      ["run", "--content", pictures.content, ...args, "--out", at("least.png")],
      home,
    );
    expect(json<RunReport>(outcome)).toMatchObject({ width: 24, height: 16 });
  });

  test("a start of another shape or smaller is used with a note", async () => {
    await sharp(pictures.content).resize(40).toFile(at("small.png"));
    await sharp(pictures.content).resize(50, 50).toFile(at("square.png"));
    const args = [...quick, "--size", "64", "--iterations", "1", "--out", at("started.png")];
    for (const [init, note] of [
      [
        at("square.png"),
        /note: .*square\.png is 50×50; to start from it, it is stretched and enlarged to 64×43/,
      ],
      [at("small.png"), /note: .*small\.png is 40×27; to start from it, it is enlarged to 64×43/],
    ] as const)
      expect((await atelier([...args, "--init", init], home)).stderr).toMatch(note);
    expect((await atelier([...args, "--init", pictures.content], home)).stderr).not.toMatch(/note: .*start/);
  });

  test("a trace that cannot be written is told, and the picture is there", async () => {
    const args = ["--size", "32", "--iterations", "3", "--trace", "/dev/full", "--json"];
    const outcome = await atelier([...quick, ...args, "--out", at("traced.png")], home);
    expect(outcome.code).toBe(1);
    expect(json<{ error: string }>(outcome).error).toMatch(
      /cannot write the trace \/dev\/full: the disk is full\nThe picture after iteration 3 is in .*traced\.png/,
    );
    expect((await sharp(at("traced.png")).metadata()).width).toBe(32);
  });

  test("a run that is refused leaves an earlier trace as it was", async () => {
    writeFileSync(at("kept.jsonl"), "earlier\n");
    const args = ["run", "--content", "nowhere.png", "--style", "b", "--trace", at("kept.jsonl")];
    expect((await atelier([...args, "--out", at("c.png")], home)).code).toBe(1);
    expect(readFileSync(at("kept.jsonl"), "utf8")).toBe("earlier\n");
  });

  test("writes one line of trace per iteration", async () => {
    await atelier(
      [...quick, "--size", "32", "--iterations", "3", "--trace", at("t.jsonl"), "--out", at("t.png")],
      home,
    );
    const lines = readFileSync(at("t.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ iteration }) => iteration)).toEqual([1, 2, 3]);
    expect(lines[0]).toMatchObject({ stage: 0, width: 32, terms: { "style.conv1_1": expect.any(Number) } });
  });

  describe("a loss that is no longer finite", () => {
    const objective = {
      pool: "avg",
      content: { conv4_2: 1e30 },
      contentForm: "sum",
      style: { conv1_1: 1 },
      styleForm: "relative",
      tv: 0,
      tvForm: "l1",
    };
    const start = { version: 1, preset: "own", objective, styleWeight: 1, crop: null, seed: 0 };
    const rest = {
      schedule: { size: 32, stages: "single", iterations: 9, stopBelow: null },
      init: "content",
    };
    const runWith = async (optimizer: unknown, contentWeight: number, out: string) => {
      const named = { content: { file: pictures.content }, styles: [{ file: pictures.style, weight: 1 }] };
      writeFileSync(
        at("overflow.json"),
        JSON.stringify({ ...start, ...rest, ...named, optimizer, contentWeight }),
      );
      return await atelier(["run", "--recipe", at("overflow.json"), "--out", at(out), "--json"], home);
    };

    test("names the term and keeps the last good picture", async () => {
      // At the start the content term is 0; one step away its gradient leaves float32's range.
      const adam = { kind: "adam", learningRate: 5, beta1: 0.9, beta2: 0.99, averaging: 0 };
      const outcome = await runWith(adam, 1e8, "kept.png");
      expect(outcome.code).toBe(1);
      expect(json<{ error: string }>(outcome).error).toMatch(
        /no longer a finite number \(.*content\.conv4_2.*\nThe picture after iteration 1 is in .*kept\.png/,
      );
      expect((await sharp(at("kept.png")).metadata()).width).toBe(32);
    });

    test("from the very first evaluation leaves no picture", async () => {
      const outcome = await runWith({ kind: "lbfgs", pairs: 5 }, 1e12, "none.png");
      expect(json<{ error: string }>(outcome).error).toMatch(/no longer a finite number/);
      expect(existsSync(at("none.png"))).toBe(false);
    });
  });

  async function startLongRun(name: string) {
    const trace = at(`${name}.jsonl`);
    const child = startAtelier(
      [
        ...quick,
        "--size",
        "75",
        "--iterations",
        "100000",
        "--out",
        at(`${name}.png`),
        "--json",
        "--trace",
        trace,
      ],
      home,
    );
    const finished = ended(child);
    await expect
      .poll(() => existsSync(trace) && readFileSync(trace, "utf8").includes("\n"), { timeout: 30_000 })
      .toBe(true);
    return { child, finished };
  }

  test.each([
    ["Ctrl+C", "SIGINT"],
    ["a terminal that is closed", "SIGHUP"],
  ] as const)("%s writes the picture so far and says so", async (_, signal) => {
    const { child, finished } = await startLongRun(signal);
    child.kill(signal);
    child.kill(signal);
    const outcome = await finished;
    expect(outcome.code).toBe(130);
    expect(json<RunReport>(outcome)).toMatchObject({ interrupted: true, out: at(`${signal}.png`) });
    expect((await sharp(at(`${signal}.png`)).metadata()).width).toBe(75);
  });

  test("a run whose words nobody reads any more goes on to its picture", async () => {
    const { child, finished } = await startLongRun("unread");
    child.stderr?.destroy();
    child.stdout?.destroy();
    const trace = () => readFileSync(at("unread.jsonl"), "utf8").split("\n").length;
    const before = trace();
    // Its next line of progress comes after ten seconds.
    await expect.poll(trace, { timeout: 30_000 }).toBeGreaterThan(before + 5);
    child.kill("SIGINT");
    await finished;
    expect((await sharp(at("unread.png")).metadata()).width).toBe(75);
  });
});

describe("wrong usage and bad input", () => {
  test.each([
    ["no such command", ["paint"], 2, /unknown command/],
    [
      "help for no command",
      ["help", "rnu"],
      2,
      /^(error: )?unknown command 'rnu'\n\(Did you mean run\?\)(\n.*\n)?$/,
    ],
    ["help for none of a group", ["help", "weights", "lsit"], 2, /unknown command 'lsit'\n.* list\?/],
    ["help of a group for none", ["weights", "help", "nope"], 2, /unknown command 'nope'/],
    ["a misspelt option", ["run", "--contnt", "a"], 2, /unknown option '--contnt'\n.* --content\?/],
    ["a misspelt option of evaluate", ["evaluate", "--obective", "o"], 2, /unknown option '--obective'/],
    ["nothing at all", ["run"], 2, /'--content <file>', '--style .*', '--out <file>' not specified/],
    ["nothing beside a recipe", ["run", "--recipe", "a.png"], 2, /required option '--out <file>' not/],
    ["nothing to evaluate", ["evaluate"], 2, /'--objective <file>', .*, '--image <file>' not specified/],
    ["no --out", ["run", "--content", "a", "--style", "b"], 2, /--out/],
    ["no content", ["run", "--style", "b.png", "--out", "c.png"], 2, /--content/],
    ["no style", ["run", "--content", "b.png", "--out", "c.png"], 2, /--style/],
    ["size that is no number", ["run", "--size", "big", "--out", "c.png"], 2, /whole number/],
    [
      "unknown preset",
      ["run", "--content", "a", "--style", "b", "--preset", "x", "--out", "c.png"],
      2,
      /default, gatys, keras, johnson/,
    ],
    ["unwritable format", ["run", "--content", "a", "--style", "b", "--out", "c.bmp"], 2, /\.png, \.jpg/],
    [
      "Adam's option for L-BFGS",
      ["run", "--content", "a", "--style", "b", "--learning-rate", "1", "--out", "c.png"],
      2,
      /--optimizer adam/,
    ],
    [
      "bad stages",
      ["run", "--content", "a", "--style", "b", "--stages", "1,2", "--out", "c.png"],
      2,
      /256:300,512:100/,
    ],
    [
      "missing picture",
      ["run", "--content", "nowhere.png", "--style", "b", "--out", "c.png"],
      1,
      /nowhere\.png: there is no such file/,
    ],
    [
      "a device without an end",
      ["run", "--content", "/dev/zero", "--style", "b", "--out", "c.png"],
      1,
      /\/dev\/zero: it is no file, expected a picture/,
    ],
    [
      "a recipe out of a device without an end",
      ["recipe", "/dev/zero"],
      1,
      /\/dev\/zero: it is no file, expected a picture/,
    ],
    [
      "stages that go down",
      ["run", "--content", "a", "--style", "b", "--stages", "64:2,32:2", "--out", "c.png"],
      2,
      /the stages go down from size 64 to 32/,
    ],
    [
      "missing folder",
      ["run", "--content", "a", "--style", "b", "--out", "no/where/c.png"],
      1,
      /there is no folder .*no\/where to write/,
    ],
    [
      "missing folder of the trace, before anything is opened",
      ["run", "--content", "a", "--style", "b", "--out", "c.png", "--trace", "no/where/t.jsonl"],
      1,
      /cannot write the trace no\/where\/t\.jsonl: there is no such file/,
    ],
    ["missing weights", ["weights", "verify", "none.h5"], 1, /none\.h5: there is no such file/],
    ["no weights to verify", ["weights", "verify"], 1, /atelier weights fetch/],
    ["a recipe in a text file", ["recipe", "none.json"], 1, /none\.json: there is no such file/],
  ])("%s", async (_name, args, code, message) => {
    const outcome = await atelier([...args, "--json"], home);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.code).toBe(code);
    expect(json<{ error: string }>(outcome).error).toMatch(message);
    expect(outcome.stderr).not.toMatch(/ at .*\.js:\d+/);
  });

  test("weights that are no weights", async () => {
    const outcome = await atelier([...basics, "--weights", pictures.content, "--out", at("w.png")], home);
    expect(outcome.stderr).toMatch(/photo\.png: weight files end in \.h5 or \.hdf5 or \.safetensors/);
    expect(outcome.code).toBe(1);
  });
});
