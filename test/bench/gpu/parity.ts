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
