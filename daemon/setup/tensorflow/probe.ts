/**
 * A process of its own that loads what was set up and computes with it: a library that does not fit this
 * machine may take its process down. Prints one JSON document.
 */
import { messageOf } from "../../../shared/errors.ts";
import { loadTensorflow } from "../../engine/tfjs/tensorflow.ts";
import { openTfjsEngine } from "../../engine/tfjs/tfjs-engine.ts";
import { untrainedNetwork } from "../../network/untrained.ts";

try {
  const { isGpu } = await loadTensorflow();
  const engine = await openTfjsEngine(untrainedNetwork(0), {});
  const size = { height: 16, width: 16 };
  const plan = { pool: "avg", contentLayers: ["conv1_1"], styleLayers: ["conv2_1"], tvForm: "l1" } as const;
  const picture = { ...size, data: new Float32Array(3 * 16 * 16).fill(100) };
  const targets = await engine.describe(picture, plan);
  const evaluator = await engine.prepare(plan, size);
  evaluator.setTargets(targets);
  const point = evaluator.space.fromHost(picture.data);
  const coefficients = new Map([["content.conv1_1", 1]] as const);
  const sums = await evaluator.evaluate(point, coefficients, evaluator.space.create());
  // A picture compared with itself.
  if (sums.get("content.conv1_1") !== 0) throw new Error(`it computes wrongly: ${JSON.stringify([...sums])}`);
  process.stdout.write(JSON.stringify({ isGpu }));
} catch (error) {
  process.stderr.write(messageOf(error));
  process.exitCode = 1;
}
