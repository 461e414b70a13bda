import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DoctorReport, EvaluateReport, RunReport } from "../../daemon/foreground.ts";
import { atelier, json, type Outcome } from "../support/atelier.ts";
import { smallPictures } from "../support/pictures.ts";
import { newHome } from "../support/temporary.ts";
import { hasTensorflow, installation, pythonWithTensorflow, withTensorflow } from "../support/tensorflow.ts";

/** Compiling and making Python environments takes its time on a busy machine. */
const PATIENCE_MS = 300_000;

interface SetupReport {
  source: string;
  tensorflow: string;
  folder: string;
  isUnchanged: boolean;
}

/** Compiles in half the time what then need not be fast. */
function quickCompiler(home: string, before = ""): string {
  const file = join(home, "c++");
  const script = `#!/bin/sh\n${before}\nexec ${process.env["CXX"] ?? "c++"} "$@" -O0\n`;
  writeFileSync(file, script, { mode: 0o700 });
  return file;
}

/** As with a TensorFlow whose insides are others. */
const REFUSE_MEMORY = 'case "$*" in *memory.cc*) echo "error: no such class" >&2; exit 1;; esac';

const REFUSE_ALL = 'case "$*" in *tfjs_binding*) echo "error: no space left" >&2; exit 1;; esac';

async function setUp(home: string, args: string[] = [], extra: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return await atelier(["setup", "tensorflow", "--json", ...args], home, extra);
}

describe("a machine without TensorFlow", () => {
  test("doctor and --engine tfjs say how to get it", async () => {
    const home = newHome();
    const report = json<DoctorReport>(await atelier(["doctor", "--json"], home));
    expect(report.engines.find(({ id }) => id === "tfjs")).toMatchObject({
      available: false,
      reason: expect.stringMatching(/run: atelier setup tensorflow/) as string,
    });
    const { content, style } = await smallPictures(home);
    const outcome = await atelier(
      ["run", "--content", content, "--style", style, "--out", join(home, "a.png"), "--engine", "tfjs"],
      home,
    );
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/tfjs\/cpu: TensorFlow is not set up: atelier setup tensorflow$/m);
  });

  test("each missing piece is named", async () => {
    const home = newHome();
    const nothing = join(home, "nothing");
    mkdirSync(nothing);
    const noCompiler = await setUp(home, [], { PATH: nothing, CXX: undefined });
    expect(noCompiler.stderr).toMatch(/the C\+\+ compiler c\+\+ is not on this machine; install one/);
    // Whatever answers will do for the compiler, which is looked for first.
    const noPython = await setUp(home, [], { PATH: nothing, CXX: process.execPath });
    expect(noPython.code).toBe(1);
    expect(noPython.stderr).toMatch(/python3 is not on this machine; install it/);
    expect(noPython.stderr).not.toContain("making a Python environment");
    const noSuchPython = await setUp(home, ["--from-python", join(home, "python")]);
    expect(noSuchPython.stderr).toMatch(/there is no Python .*python; --from-python takes/);
    const notPython = await setUp(home, ["--from-python", process.execPath]);
    expect(notPython.stderr).toMatch(/does not answer like a Python 3/);
  });

  const python = spawnSync("python3", ["-c", "import venv, ensurepip"]);
  const hasPython = python.status === 0;
  test.skipIf(!hasPython)(
    `a Python without TensorFlow and a PyPI out of reach are named${hasPython ? "" : " (skipped: needs python3 with venv)"}`,
    async () => {
      const home = newHome();
      const offline = await setUp(home, [], {
        PIP_INDEX_URL: "http://127.0.0.1:9/simple",
        PIP_NO_INDEX: "",
        PIP_FIND_LINKS: "",
        PIP_RETRIES: "1",
      });
      expect(offline.code).toBe(1);
      expect(offline.stderr).toMatch(/making a Python environment/);
      expect(offline.stderr).toMatch(/error: PyPI cannot be reached/);
      // The environment that was made before pip failed.
      const bare = join(home, "data/tensorflow/python/bin/python");
      const outcome = await setUp(home, ["--from-python", bare]);
      expect(outcome.stderr).toMatch(/has no TensorFlow; install it there/);
      expect(json<DoctorReport>(await atelier(["doctor", "--json"], home)).engines[1]?.available).toBe(false);
    },
    PATIENCE_MS,
  );
});

describe.skipIf(!hasTensorflow)(withTensorflow("setup with a Python that has TensorFlow"), () => {
  test(
    "builds once, works, and is undone",
    async () => {
      const home = newHome();
      const args = ["--from-python", pythonWithTensorflow()];
      const first = await setUp(home, args, { CXX: quickCompiler(home, REFUSE_MEMORY) });
      expect(first.stderr).toMatch(/computes without, more slowly: .*no such class/s);
      expect(first.stderr).toMatch(/compiling the binding against the TensorFlow/);
      const report = json<SetupReport>(first);
      expect(report).toMatchObject({
        source: "python",
        tensorflow: installation?.tensorflow,
        isUnchanged: false,
      });
      const second = await setUp(home, args);
      expect(json<SetupReport>(second).isUnchanged).toBe(true);
      expect(second.stderr).not.toMatch(/compiling/);
      const doctor = json<DoctorReport>(await atelier(["doctor", "--json"], home));
      expect(doctor.engines.find(({ id }) => id === "tfjs")).toMatchObject({
        available: true,
        reason: expect.stringContaining(report.tensorflow) as string,
      });

      const { content, style } = await smallPictures(home);
      const inputs = ["--content", content, "--style", style];
      const run = await atelier(
        [
          "run",
          ...inputs,
          "--size",
          "48",
          "--iterations",
          "3",
          "--engine",
          "tfjs",
          "--out",
          join(home, "a.png"),
          "--json",
        ],
        home,
      );
      expect(json<RunReport>(run)).toMatchObject({ engine: "tfjs", iterations: 3 });
      expect(json<RunReport>(run).lastLoss).toBeLessThan(json<RunReport>(run).firstLoss);
      // TensorFlow's greetings do not stand between the lines for people.
      expect(run.stderr).not.toMatch(/oneDNN|absl|Deprecation/);

      writeFileSync(
        join(home, "o.json"),
        JSON.stringify({
          pool: "avg",
          content: { conv2_1: 1 },
          contentForm: "sum",
          style: {},
          styleForm: "gatys",
          tv: 1,
          tvForm: "l1",
        }),
      );
      const evaluate = [
        "evaluate",
        "--objective",
        join(home, "o.json"),
        ...inputs,
        "--image",
        content,
        "--json",
      ];
      const [own, other] = await Promise.all(
        ["tfjs", "onnx"].map(async (engine) =>
          json<EvaluateReport>(await atelier([...evaluate, "--engine", engine], home)),
        ),
      );
      expect((own?.total ?? 0) / (other?.total ?? 1)).toBeCloseTo(1, 5);

      // What another version of the program compiled is compiled anew, against the same TensorFlow.
      const record = join(home, "data/tensorflow/installation.json");
      writeFileSync(record, readFileSync(record, "utf8").replace(/"binding": "[^"]+"/, '"binding": "4.0.0"'));
      const outdated = await setUp(home, [], { CXX: quickCompiler(home, REFUSE_ALL) });
      expect(outdated.stderr).toMatch(/looking for TensorFlow in .*\n.*compiling the binding/);
      expect(outdated.stderr).toMatch(/error: no space left/);

      expect((await atelier(["setup", "tensorflow", "--undo"], home)).code).toBe(0);
      expect(existsSync(report.folder)).toBe(false);
    },
    PATIENCE_MS,
  );

  const isPlainPc = process.platform === "linux" && process.arch === "x64";
  test.skipIf(!isPlainPc)(
    "takes the official build where its CUDA is, and another where that cannot be had",
    async () => {
      const home = newHome();
      const libraries = join(home, "cuda");
      mkdirSync(libraries);
      for (const name of ["libcuda.so.1", "libcudart.so.11.0", "libcudnn.so.8"])
        writeFileSync(join(libraries, name), "");
      // An archive of the official form, whose files are those of the TensorFlow at hand.
      const from = installation?.libraries ?? "";
      mkdirSync(join(home, "archive/lib"), { recursive: true });
      symlinkSync(join(from, "include"), join(home, "archive/include"));
      for (const [name, own] of [
        ["libtensorflow.so.2", "libtensorflow_cc.so.2"],
        ["libtensorflow_cc.so.2", "libtensorflow_cc.so.2"],
        ["libtensorflow_framework.so.2", "libtensorflow_framework.so.2"],
      ] as const)
        symlinkSync(join(from, own), join(home, "archive/lib", name));
      const archive = spawnSync("tar", ["-cz", "-C", join(home, "archive"), "include", "lib"]).stdout;
      let isThere = true;
      await using server = createServer((_, response) => {
        if (isThere) response.end(archive);
        else response.writeHead(404).end();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const environment = {
        CXX: quickCompiler(home),
        LD_LIBRARY_PATH: libraries,
        TFJS_NODE_CDN_STORAGE: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
        PIP_INDEX_URL: "http://127.0.0.1:9/simple",
        PIP_FIND_LINKS: "",
        PIP_RETRIES: "1",
      };
      expect(json<SetupReport>(await setUp(home, [], environment))).toMatchObject({ source: "official" });
      await atelier(["setup", "tensorflow", "--undo"], home);
      isThere = false;
      const outcome = await setUp(home, [], environment);
      expect(outcome.stderr).toMatch(/the official TensorFlow cannot be had: the server answered 404/);
      expect(outcome.stderr).toMatch(/installing tensorflow\[and-cuda\]/);
      expect(outcome.stderr).toMatch(/PyPI cannot be reached/);
    },
    PATIENCE_MS,
  );
});
