import { type DeviceId, nameOfDevice } from "../../shared/devices.ts";
import { openEngine } from "../engine/choice.ts";
import { untrainedNetwork } from "../network/untrained.ts";
import { installCuda, removeCuda } from "../setup/cuda.ts";
import { installSwiftShader, removeSwiftShader } from "../setup/swiftshader.ts";

export interface SetupReport {
  readonly folder: string;
  /** What was made to work, in words. */
  readonly device: string;
}

/** Brings the CUDA provider and tries it. */
export async function setUpCuda(onStep: (step: string) => void): Promise<SetupReport> {
  const folder = await installCuda(onStep);
  return { folder, device: await prove({ engine: "onnx", kind: "cuda", index: 0 }, onStep) };
}

/** Brings SwiftShader and tries it. */
export async function setUpSwiftShader(onStep: (step: string) => void): Promise<SetupReport> {
  const folder = await installSwiftShader(onStep);
  return { folder, device: await prove({ engine: "onnx", kind: "swiftshader" }, onStep) };
}

/** Takes one of them away again; whether it was there. */
export async function removeSetUp(part: "cuda" | "swiftshader"): Promise<boolean> {
  return await { cuda: removeCuda, swiftshader: removeSwiftShader }[part]();
}

/** Opening a device proves it with a small graph of its own. */
async function prove(device: DeviceId, onStep: (step: string) => void): Promise<string> {
  onStep(`trying ${nameOfDevice(device)}`);
  return (await openEngine(device, untrainedNetwork())).device;
}
