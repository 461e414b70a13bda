/** A process that tries one device: a broken driver may end it, or hang, and harms nobody else. */

import { deviceSchema } from "../../shared/devices.ts";
import { messageOf } from "../../shared/errors.ts";
import type { LayerName } from "../../shared/layers.ts";
import { channelsOf, inputChannelsOf, LAYERS } from "../../shared/layers.ts";
import { findPreset } from "../../shared/presets.ts";
import { openEngine } from "../engine/choice.ts";
import type { Engine } from "../engine/engine.ts";
import type { Planes } from "../image/planes.ts";
import { type Convolution, type Network, OXFORD_MEAN } from "../network/network.ts";
import { normals } from "../random.ts";
import { FIRST_MOVE } from "../style/create-optimizer.ts";
import { Lbfgs } from "../style/lbfgs.ts";
import { coefficientsOf, EVEN, lossOf, planOf } from "../style/loss.ts";
import { blend, describePictures } from "../style/targets.ts";
import type { Measurement } from "./measurement.ts";

/** Sides of the pictures tried, in pixels, as long as the next one is not expected to take too long. */
const SIZES = [32, 96, 256, 768];
const PATIENCE_SECONDS = 1.5;
const WARM_UP = 1;
const REPEATS = 5;
const REPEATS_SECONDS = 3;

async function tryDevice(): Promise<Measurement> {
  const device = deviceSchema.parse(JSON.parse(process.argv[2] ?? ""));
  const engine = await openEngine(device, flatNetwork());
  let measured = { size: 0, seconds: 0 };
  for (const size of SIZES) {
    if (measured.seconds * (size / measured.size) ** 2 > PATIENCE_SECONDS) break;
    measured = { size, seconds: await secondsOfEvaluation(engine, size) };
  }
  return { works: true, device: engine.device, ...measured };
}

/**
 * Seconds of an L-BFGS iteration per evaluation in it, so that what vectors cost counts too: the best of a few after
 * the first ones, which also compile and allocate. Others may use the machine as well.
 */
async function secondsOfEvaluation<V>(engine: Engine<V>, size: number): Promise<number> {
  const { objective } = findPreset("gatys").method;
  const plan = planOf(objective);
  const flat = (level: number): Planes => ({
    height: size,
    width: size,
    data: new Float32Array(3 * size ** 2).fill(level),
  });
  const targets = blend(await describePictures(engine, plan, flat(100), [flat(60)]), [1]);
  const evaluator = await engine.prepare(plan, flat(100));
  evaluator.setTargets(targets);
  const coefficients = coefficientsOf(objective, EVEN, targets, flat(100));
  const optimizer = new Lbfgs(
    evaluator.space,
    evaluator.space.fromHost(normals(0, 0, 3 * size ** 2, 30).map((value) => value + 128)),
    lossOf(evaluator, () => coefficients),
    { pairs: 10, firstMove: FIRST_MOVE },
  );
  try {
    for (let i = 0; i < WARM_UP; i++) await optimizer.step();
    let [best, spent] = [Number.POSITIVE_INFINITY, 0];
    for (let i = 0; i < REPEATS && spent < REPEATS_SECONDS; i++) {
      const began = performance.now();
      const { evaluations } = await optimizer.step();
      const seconds = (performance.now() - began) / 1000;
      best = Math.min(best, seconds / evaluations);
      spent += seconds;
    }
    return best;
  } finally {
    optimizer.dispose();
    await evaluator.dispose();
  }
}

/** The shape of the network with one small number everywhere: drawing random ones would take longer than the trial. */
function flatNetwork(): Network {
  const layers = Object.fromEntries(
    LAYERS.map((layer): [LayerName, Convolution] => {
      const kernel = new Float32Array(channelsOf(layer) * inputChannelsOf(layer) * 9).fill(1e-3);
      return [layer, { kernel, bias: new Float32Array(channelsOf(layer)) }];
    }),
  ) as Record<LayerName, Convolution>;
  return { weights: { kind: "untrained", file: null, verified: false }, mean: OXFORD_MEAN, layers };
}

// Nobody waits for the answer any more.
process.once("disconnect", () => process.exit(1));

tryDevice()
  .catch((error: unknown): Measurement => ({ works: false, reason: messageOf(error) }))
  .then((measurement) => process.send?.(measurement, () => process.exit(0)))
  .catch(() => process.exit(1));
