import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { PEERS } from "../../support/built.ts";
import { median } from "../daemon/process.ts";
import { writeNetwork } from "../peers/network.ts";
import { type Row, row, seconds, skipped, verdictOf } from "./report.ts";
import type { Speed } from "./speed.ts";

const run = promisify(execFile);
const COUNT = 10;
/** WebGPU's time may be so many times CUDA's. */
const WEBGPU_TO_CUDA = 3;
const WANTED = "≤ 1.00 of compiled";

/** The fastest device beside PyTorch on CUDA at each size, and WebGPU beside CUDA. */
export async function* compare(
  speeds: readonly Speed[],
  folder: string,
  python: string,
): AsyncGenerator<Row> {
  const sizes = [...new Set(speeds.map(({ size }) => size))];
  const reason = await whyNotPyTorch(python);
  if (reason === undefined) writeNetwork(folder);
  for (const size of sizes) {
    const here = speeds
      .filter((speed) => speed.size === size)
      .toSorted((a, b) => a.secondsPerEvaluation - b.secondsPerEvaluation);
    const what = `${here[0]?.device ?? "nothing"} beside PyTorch at ${size}²`;
    yield reason === undefined
      ? await besidePyTorch(what, here[0] as Speed, folder, python)
      : skipped(what, WANTED, reason);
    yield await webGpuBesideCuda(size, here);
  }
}

/** Seconds of each evaluation, and of each iteration of L-BFGS, which is one evaluation and the optimiser's work. */
interface PyTorchTimes {
  readonly evaluations: number[];
  readonly iterations: number[];
}

/** What `peers.py cuda` answers; null where a way does not work, and why. */
interface CudaTimes {
  readonly eager: PyTorchTimes | null;
  readonly compiled: PyTorchTimes | null;
  readonly problems: readonly string[];
}

async function besidePyTorch(what: string, ours: Speed, folder: string, python: string): Promise<Row> {
  return await row(what, WANTED, async () => {
    const { stdout } = await run(python, [PEERS, "cuda", folder, String(ours.size), String(COUNT)]);
    const { answer } = JSON.parse(stdout) as { answer: CudaTimes };
    const [eager, compiled] = [medians(answer.eager), medians(answer.compiled)];
    const best = Math.min(
      eager?.iteration ?? Number.POSITIVE_INFINITY,
      compiled?.iteration ?? Number.POSITIVE_INFINITY,
    );
    const ratio = ours.secondsPerEvaluation / best;
    return {
      measured: [
        `iteration ${seconds(ours.secondsPerEvaluation)} for each evaluation in it; PyTorch's eager ${described(eager)}, compiled ${described(compiled)}; ratio to the faster ${ratio.toFixed(2)}`,
        ...answer.problems,
      ].join("; "),
      // Where PyTorch itself cannot, nothing is said.
      verdict: compiled === null ? "only measured" : verdictOf(ratio <= 1),
      figures: {
        ours: ours.secondsPerEvaluation,
        eager: eager?.iteration ?? null,
        compiled: compiled?.iteration ?? null,
        ratio,
      },
    };
  });
}

/** Seconds, by their medians. */
interface Medians {
  readonly evaluation: number;
  readonly iteration: number;
}

function medians(times: PyTorchTimes | null): Medians | null {
  return times && { evaluation: median(times.evaluations), iteration: median(times.iterations) };
}

function described(times: Medians | null): string {
  return times === null
    ? "does not work"
    : `${seconds(times.iteration)}, of which the evaluation ${seconds(times.evaluation)}`;
}

async function webGpuBesideCuda(size: number, here: readonly Speed[]): Promise<Row> {
  const [what, wanted] = [`WebGPU beside CUDA at ${size}²`, `≤ ${WEBGPU_TO_CUDA}`];
  const fastest = (kind: string) => here.find(({ device }) => device.includes(kind))?.secondsPerEvaluation;
  const [webgpu, cuda] = [fastest("webgpu"), fastest("cuda")];
  if (webgpu === undefined || cuda === undefined) return skipped(what, wanted, "it takes both");
  return await row(what, wanted, async () => {
    const ratio = webgpu / cuda;
    return {
      measured: `ratio ${ratio.toFixed(2)}`,
      verdict: verdictOf(ratio <= WEBGPU_TO_CUDA),
      figures: { ratio },
    };
  });
}

async function whyNotPyTorch(python: string): Promise<string | undefined> {
  try {
    await run(python, ["-c", "import torch, numpy, sys; sys.exit(0 if torch.cuda.is_available() else 3)"]);
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code === 3
      ? `PyTorch of ${python} finds no CUDA`
      : `${python} has no torch and numpy; name one that has: --python PATH`;
  }
}
