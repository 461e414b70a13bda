import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findPreset } from "../../../shared/presets.ts";
import { readNpy } from "../../support/npy.ts";
import { ask } from "./ask.ts";
import { type Row, row } from "./report.ts";

/** Loss and gradient of one picture on a device against the CPU, in float32 and with TF32 allowed. */
export async function measureParity(device: string, home: string, picture: string): Promise<Row[]> {
  const objective = join(home, "objective.json");
  writeFileSync(objective, JSON.stringify(findPreset("gatys")?.method.objective));
  const evaluate = async (on: string, env: NodeJS.ProcessEnv = {}) => {
    const gradient = join(home, "gradient.npy");
    const files = ["--content", picture, "--style", picture, "--image", join(home, "painting.png")];
    const where = [
      "--objective",
      objective,
      "--weights",
      "untrained",
      "--device",
      on,
      "--gradient",
      gradient,
    ];
    const { total } = await ask<{ total: number }>(["evaluate", ...files, ...where], home, env);
    return { total, gradient: readNpy(gradient).data };
  };
  const compare = async (precision: string, env: NodeJS.ProcessEnv, terms: number, slope: number) =>
    await row(`${device}, ${precision}, against the CPU`, `loss ${terms}, gradient ${slope}`, async () => {
      const [cpu, here] = [await evaluate("onnx/cpu"), await evaluate(device, env)];
      const loss = Math.abs(here.total / cpu.total - 1);
      const gradient = distance(here.gradient, cpu.gradient);
      const measured = `loss ${loss.toExponential(1)}, gradient ${gradient.toExponential(1)}`;
      return { measured, isGood: loss <= terms && gradient <= slope };
    });
  return [
    await compare("float32", { NVIDIA_TF32_OVERRIDE: "0" }, 1e-4, 1e-3),
    await compare("TF32 allowed", { NVIDIA_TF32_OVERRIDE: "1" }, 1e-2, 5e-2),
  ];
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, length] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] ?? Number.NaN) - (b[i] ?? 0)) ** 2;
    length += (b[i] ?? 0) ** 2;
  }
  return Math.sqrt(difference / length);
}
