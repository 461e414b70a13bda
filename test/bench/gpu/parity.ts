import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { nameOfDevice } from "../../../shared/devices.ts";
import type { Objective } from "../../../shared/objective.ts";
import { readNpy } from "../../support/npy.ts";
import { relativeDistance } from "../../support/objectives.ts";
import { ask } from "./ask.ts";
import { type Row, row, verdictOf } from "./report.ts";
import type { Way } from "./ways.ts";

/** What TF32's ten bits may do to a loss and its gradient: it is only ever taken when it is asked for. */
const PRECISIONS = [
  { name: "float32", tf32: "0", loss: 1e-4, gradient: 1e-3 },
  { name: "TF32", tf32: "1", loss: 1e-2, gradient: 5e-2 },
] as const;

/** Two graphs of the same operations may add in another order. */
const SAME_LOSS = 1e-4;

/** Loss and gradient of one picture on a device against the CPU, in float32 and where there is TF32 also with it. */
export async function measureParity(
  { device, name, env }: Way,
  home: string,
  pictures: { content: string; style: string },
  recipe: Objective,
): Promise<Row[]> {
  const objective = join(home, "objective.json");
  writeFileSync(objective, JSON.stringify(recipe));
  const evaluate = async (on: string, environment: NodeJS.ProcessEnv) => {
    const gradient = join(home, "gradient.npy");
    const { content, style } = pictures;
    const files = ["--objective", objective, "--content", content, "--style", style, "--image", style];
    const where = ["--weights", "untrained", "--device", on, "--gradient", gradient];
    const args = ["evaluate", ...files, ...where];
    const { total } = await ask<{ total: number }>(args, home, environment);
    return { total, gradient: readNpy(gradient).data };
  };
  const rows: Row[] = [];
  for (const { name: precision, tf32, ...limit } of PRECISIONS) {
    if (tf32 === "1" && device.kind !== "cuda") continue;
    const wanted = `loss ${limit.loss}, gradient ${limit.gradient}`;
    rows.push(
      await row(`${name} against the CPU, ${precision}`, wanted, async () => {
        const [cpu, here] = [
          await evaluate("onnx/cpu", {}),
          await evaluate(nameOfDevice(device), { ...env, NVIDIA_TF32_OVERRIDE: tf32 }),
        ];
        const loss = Math.abs(here.total / cpu.total - 1);
        const gradient = relativeDistance(here.gradient, cpu.gradient);
        return {
          measured: `loss ${loss.toExponential(1)}, gradient ${gradient.toExponential(1)}`,
          verdict: verdictOf(loss <= limit.loss && gradient <= limit.gradient),
          figures: { loss, gradient },
        };
      }),
    );
  }
  return rows;
}

/** Adam's losses after some iterations on a device, one way against the other. */
export async function measureSameJob(
  one: Way,
  other: Way,
  home: string,
  { content, style }: { content: string; style: string },
): Promise<Row> {
  return await row(`${other.name}, 30 iterations`, `loss as on ${one.name} to ${SAME_LOSS}`, async () => {
    const lossOf = async ({ device, env }: Way) => {
      const out = join(home, "same-job.png");
      const how = ["--optimizer", "adam", "--stages", "single", "--size", "256", "--iterations", "30"];
      const where = ["--weights", "untrained", "--device", nameOfDevice(device), "--out", out];
      return (await ask<{ lastLoss: number }>(["run", content, style, ...how, ...where], home, env)).lastLoss;
    };
    const [before, now] = [await lossOf(one), await lossOf(other)];
    const error = Math.abs(now / before - 1);
    return {
      measured: `losses ${before.toPrecision(7)} and ${now.toPrecision(7)}`,
      verdict: verdictOf(error <= SAME_LOSS),
      figures: { before, now },
    };
  });
}
