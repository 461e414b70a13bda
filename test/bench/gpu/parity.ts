import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DeviceId, nameOfDevice } from "../../../shared/devices.ts";
import type { Objective } from "../../../shared/objective.ts";
import { readNpy } from "../../support/npy.ts";
import { relativeDistance } from "../../support/objectives.ts";
import { ask } from "./ask.ts";
import { type Row, row, verdictOf } from "./report.ts";

/** What TF32's ten bits may do to a loss and its gradient: it is only ever taken when it is asked for. */
const PRECISIONS = [
  { name: "float32", tf32: "0", loss: 1e-4, gradient: 1e-3 },
  { name: "TF32", tf32: "1", loss: 1e-2, gradient: 5e-2 },
] as const;

/** Loss and gradient of one picture on a device against the CPU, in float32 and where there is TF32 also with it. */
export async function measureParity(
  device: DeviceId,
  home: string,
  pictures: { content: string; style: string },
  recipe: Objective,
): Promise<Row[]> {
  const objective = join(home, "objective.json");
  writeFileSync(objective, JSON.stringify(recipe));
  const name = nameOfDevice(device);
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
          await evaluate(name, { NVIDIA_TF32_OVERRIDE: tf32 }),
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

/** Two graphs of the same operations may add in another order. */
const SAME_LOSS = 1e-4;

/** Adam's losses after some iterations on a card, its evaluations recorded as a CUDA graph against one after the other. */
export async function measureRecorded(
  device: DeviceId,
  home: string,
  { content, style }: { content: string; style: string },
): Promise<Row> {
  const name = nameOfDevice(device);
  return await row(
    `${name}, 30 iterations without a CUDA graph`,
    `loss as with one to ${SAME_LOSS}`,
    async () => {
      const lossWith = async (graph: "0" | "1") => {
        const out = join(home, "same-job.png");
        const how = ["--optimizer", "adam", "--stages", "single", "--size", "256", "--iterations", "30"];
        const what = ["--content", content, "--style", style, "--weights", "untrained", "--device", name];
        const args = ["run", ...what, ...how, "--out", out];
        return (await ask<{ lastLoss: number }>(args, home, { ATELIER_CUDA_GRAPH: graph })).lastLoss;
      };
      const [recorded, plain] = [await lossWith("1"), await lossWith("0")];
      return {
        measured: `losses ${plain.toPrecision(7)} and ${recorded.toPrecision(7)}`,
        verdict: verdictOf(Math.abs(recorded / plain - 1) <= SAME_LOSS),
        figures: { recorded, plain },
      };
    },
  );
}
