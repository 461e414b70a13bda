import { UserError } from "../../../shared/errors.ts";
import type { Network } from "../../network/network.ts";
import { cpuName } from "../cpu.ts";
import { showCard } from "../cuda-cards.ts";
import type { Engine, EngineOptions } from "../engine.ts";
import type { DeviceVector } from "./device-space.ts";
import { TfjsEvaluator } from "./evaluator.ts";
import { memoryModel } from "./memory.ts";
import { describe } from "./targets.ts";
import { loadTensorflow, type Tensorflow } from "./tensorflow.ts";

/** TensorFlow through tfjs, on a GPU where TensorFlow finds one. Optimiser vectors stay on the device. */
export async function openTfjsEngine(
  network: Network,
  { kind, index = 0, threads }: EngineOptions,
): Promise<Engine<DeviceVector>> {
  // TensorFlow's binding takes whichever card it sees last.
  if (kind !== undefined) showCard(kind === "cuda" ? index : undefined);
  const tensorflow = await loadTensorflow(threads);
  if (kind === "cuda" && !tensorflow.isGpu)
    throw new UserError(`TensorFlow ${tensorflow.version} finds no GPU; see: atelier doctor`);
  return {
    id: "tfjs",
    device: deviceOf(tensorflow),
    describe: async (picture, wanted) => await describe(tensorflow, network, picture, wanted),
    prepare: async (plan, size) => new TfjsEvaluator(tensorflow, network, plan, size),
    ...memoryModel(tensorflow.isGpu ? "cuda" : "cpu"),
  };
}

/** The device in words. */
function deviceOf({ isGpu, threads, version }: Tensorflow): string {
  if (isGpu)
    return `gpu (TensorFlow ${version}), ${process.env["NVIDIA_TF32_OVERRIDE"] === "1" ? "TF32" : "float32"}`;
  return cpuName(threads);
}
