/**
 * `npm run bench:peers`: Atelier beside PyTorch and SciPy on this machine, in turns within one run, so
 * that a machine shared with others disturbs all of them alike. Prints tables and ratios of medians.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { drawLandscape, drawPainting } from "../../../daemon/demo/pictures.ts";
import { readInstallation } from "../../../daemon/engine/tfjs/installation.ts";
import { encodeNpy } from "../../../daemon/files/npy.ts";
import { resample } from "../../../daemon/image/planes.ts";
import { writeNetwork } from "./network.ts";

const run = promisify(execFile);
const HERE = import.meta.dirname;
const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    python: { type: "string" },
    sizes: { type: "string", default: "400,512,1024" },
  },
});

/** Evaluations per turn: few of the long ones. */
const countFor = (size: number) => (size >= 1024 ? 2 : 5);
const LIMITS: Record<number, number> = { 400: 0.9, 512: 0.9, 1024: 0.7 };
const TFJS_LIMIT = 1.15;
const LBFGS_EVALUATIONS = 50;
const LBFGS_SIZE = { width: 192, height: 128 };

interface Answer<T> {
  readonly answer: T;
  readonly versions: Record<string, string | number>;
}

async function ask<T>(program: string, args: readonly (string | number)[]): Promise<Answer<T>> {
  const { stdout } = await run(program, args.map(String), { maxBuffer: 1 << 24 });
  return JSON.parse(stdout) as Answer<T>;
}

const folder = mkdtempSync(join(tmpdir(), "atelier-peers-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const python = options.python ?? (await ownPython());
writeMaterial();

const ours = async <T>(command: string, ...rest: (string | number)[]) =>
  await ask<T>(process.execPath, [join(HERE, "ours.ts"), command, folder, ...rest]);
const theirs = async <T>(command: string, ...rest: (string | number)[]) =>
  await ask<T>(python, [join(HERE, "peers.py"), command, folder, ...rest]);

const versions: Record<string, string | number> = {};
const note = <T>({ answer, versions: seen }: Answer<T>): T => {
  Object.assign(versions, seen);
  return answer;
};

const rows: string[] = [];
const tfjsRows: string[] = [];
const hasTensorflow = readInstallation() !== undefined;
if (!hasTensorflow) process.stderr.write("without tfjs: run atelier setup tensorflow to have it beside\n");
for (const size of options.sizes.split(",").map(Number)) {
  const seconds: Record<"atelier" | "tfjs" | "channels_last" | "nchw", number[]> = {
    atelier: [],
    tfjs: [],
    channels_last: [],
    nchw: [],
  };
  for (let round = 1; round <= Number(options.rounds); round++) {
    process.stderr.write(`${size}×${size}, round ${round} of ${options.rounds}\n`);
    seconds.atelier.push(...note(await ours<number[]>("evaluation", size, countFor(size))));
    if (hasTensorflow)
      seconds.tfjs.push(...note(await ours<number[]>("evaluation", size, countFor(size), "tfjs")));
    for (const layout of ["channels_last", "nchw"] as const)
      seconds[layout].push(...note(await theirs<number[]>("evaluation", size, layout, countFor(size))));
  }
  const [own, last, first] = [seconds.atelier, seconds.channels_last, seconds.nchw].map(median) as [
    number,
    number,
    number,
  ];
  const faster = Math.min(last, first);
  process.stderr.write(`  ${own.toFixed(2)} s, ${(own / faster).toFixed(2)} of the faster PyTorch\n`);
  const limit = LIMITS[size];
  rows.push(
    `| ${size}² | ${own.toFixed(2)} s | ${last.toFixed(2)} s | ${first.toFixed(2)} s | ${(own / faster).toFixed(2)} | ${limit?.toFixed(2) ?? ""} |`,
  );
  const tfjs = median(seconds.tfjs);
  if (hasTensorflow)
    tfjsRows.push(
      `| ${size}² | ${tfjs.toFixed(2)} s | ${(tfjs / faster).toFixed(2)} | ${TFJS_LIMIT.toFixed(2)} |`,
    );
}

process.stderr.write(`L-BFGS, ${LBFGS_EVALUATIONS} evaluations\n`);
const own = note(await ours<number>("lbfgs", LBFGS_EVALUATIONS));
const peers = note(await theirs<Record<string, number>>("lbfgs", LBFGS_EVALUATIONS));

const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}`;
const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
process.stdout.write(
  [
    `Machine: ${machine}; ${list.join(", ")}`,
    "",
    "| one evaluation | Atelier | PyTorch channels_last | PyTorch NCHW | ratio to the faster | at most |",
    "|---|---|---|---|---|---|",
    ...rows,
    "",
    ...(hasTensorflow
      ? [
          "| one evaluation | Atelier on tfjs | ratio to the faster PyTorch | at most |",
          "|---|---|---|---|",
          ...tfjsRows,
          "",
        ]
      : []),
    `| L-BFGS, loss after ${LBFGS_EVALUATIONS} evaluations (${LBFGS_SIZE.width}×${LBFGS_SIZE.height}, gatys) | loss | Atelier's relative to it | at most |`,
    "|---|---|---|---|",
    `| Atelier | ${own.toPrecision(6)} | 1 | |`,
    ...Object.entries(peers).map(
      ([name, loss]) => `| ${name} | ${loss.toPrecision(6)} | ${(own / loss).toFixed(3)} | 1.02 |`,
    ),
    "",
  ].join("\n"),
);

/** A Python environment of its own beside this file, made once. */
async function ownPython(): Promise<string> {
  const environment = join(HERE, ".venv");
  const program = join(environment, "bin/python");
  if (existsSync(join(environment, "ready"))) return program;
  try {
    process.stderr.write(`making a Python environment with torch, numpy and scipy in ${environment}\n`);
    await run("python3", ["-m", "venv", "--clear", environment]);
    await run(program, ["-m", "pip", "install", "--quiet", "torch", "numpy", "scipy"], {
      maxBuffer: 1 << 24,
    });
    writeFileSync(join(environment, "ready"), "");
    return program;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `no Python environment with PyTorch can be made here: ${reason}\nInstall python3 with venv, or name one that has torch and scipy: npm run bench:peers -- --python PATH\n`,
    );
    process.exit(1);
  }
}

/** The network and pictures that both sides read. */
function writeMaterial(): void {
  writeNetwork(folder);
  for (const [name, drawn] of [
    ["content", drawLandscape()],
    ["style", drawPainting()],
  ] as const) {
    const { height, width, data } = resample(drawn, LBFGS_SIZE, "cubic");
    writeFileSync(join(folder, `${name}.npy`), encodeNpy(data, [3, height, width]));
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] as number) + (sorted[sorted.length >> 1] as number)) / 2;
}
