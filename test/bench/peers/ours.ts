/**
 * Our side of the comparison, as a process of its own:
 *   ours.ts evaluation FOLDER SIZE COUNT [ENGINE]   seconds of each evaluation of the gatys objective, as JSON
 *   ours.ts lbfgs FOLDER EVALUATIONS       best loss, as JSON
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openEngine } from "../../../daemon/engine/choice.ts";
import type { Planes } from "../../../daemon/image/planes.ts";
import { untrainedNetwork } from "../../../daemon/network/untrained.ts";
import { normals } from "../../../daemon/random.ts";
import { FIRST_MOVE } from "../../../daemon/style/create-optimizer.ts";
import { Lbfgs } from "../../../daemon/style/lbfgs.ts";
import { coefficientsOf, EVEN, lossOf, planOf } from "../../../daemon/style/loss.ts";
import { blend, describePictures } from "../../../daemon/style/targets.ts";
import type { EngineId } from "../../../shared/devices.ts";
import { PRESETS } from "../../../shared/presets.ts";
import { readNpy } from "../../support/npy.ts";

const { objective } = PRESETS.find(({ name }) => name === "gatys")?.method ?? {};
if (objective === undefined) throw new Error("there is no preset gatys");

async function evaluation(size: number, count: number, engine: EngineId): Promise<number[]> {
  const noise = (seed: number): Planes => ({
    height: size,
    width: size,
    data: normals(seed, 0, 3 * size * size, 40).map((value) => value + 128),
  });
  const { evaluate, point, gradient } = await open(engine, noise(1), noise(2), noise(3));
  const seconds: number[] = [];
  for (let i = 0; i <= count; i++) {
    const began = performance.now();
    await evaluate(point, gradient);
    seconds.push((performance.now() - began) / 1000);
  }
  return seconds.slice(1);
}

async function lbfgs(folder: string, evaluations: number): Promise<number> {
  const read = (name: string): Planes => {
    const { shape, data } = readNpy(join(folder, `${name}.npy`));
    return { height: shape[1] as number, width: shape[2] as number, data };
  };
  const content = read("content");
  const { evaluate, point, space } = await open("onnx", content, read("style"), content);
  const losses: number[] = [];
  const recorded: typeof evaluate = async (...input) => {
    const loss = await evaluate(...input);
    losses.push(loss.total);
    return loss;
  };
  const optimizer = new Lbfgs(space, point, recorded, { pairs: 10, firstMove: FIRST_MOVE });
  while (losses.length < evaluations) if ((await optimizer.step()).isConverged) break;
  return Math.min(...losses.slice(0, evaluations));
}

async function open(id: EngineId, content: Planes, style: Planes, start: Planes) {
  const engine = await openEngine({ engine: id, kind: "cpu" }, untrainedNetwork());
  if (objective === undefined) throw new Error("there is no preset gatys");
  const targets = blend(await describePictures(engine, planOf(objective), content, [style]), [1]);
  const evaluator = await engine.prepare(planOf(objective), content);
  evaluator.setTargets(targets);
  const coefficients = coefficientsOf(objective, EVEN, targets, content);
  const { space } = evaluator;
  return {
    space,
    evaluate: lossOf(evaluator, () => coefficients),
    point: space.fromHost(start.data),
    gradient: space.create(),
  };
}

const [command, folder = "", first = "0", second = "0", engine = "onnx"] = process.argv.slice(2);
const answer =
  command === "lbfgs"
    ? await lbfgs(folder, Number(first))
    : await evaluation(Number(first), Number(second), engine as EngineId);
const { version } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../../node_modules/onnxruntime-node/package.json"), "utf8"),
);
process.stdout.write(
  `${JSON.stringify({ answer, versions: { node: process.versions.node, onnxruntime: version } })}\n`,
);
