import { join } from "node:path";
import { type DeviceId, nameOfDevice } from "../../shared/devices.ts";
import { homeFolder } from "../../shared/home.ts";
import { makeFolder } from "../../shared/make-folder.ts";
import { forgetMeasurements } from "../devices/measured.ts";
import { openEngine } from "../engine/choice.ts";
import { lock } from "../files/lock.ts";
import { untrainedNetwork } from "../network/untrained.ts";
import { installCuda, removeCuda } from "../setup/cuda/cuda.ts";
import type { SetupOptions } from "../setup/report.ts";
import { installSwiftShader, removeSwiftShader } from "../setup/swiftshader.ts";
import { installTensorflow, removeTensorflow } from "../setup/tensorflow/tensorflow.ts";

export interface SetupReport {
  readonly folder: string;
  /** What was made to work, in words. */
  readonly device: string;
}

/** Brings the CUDA provider and tries it. */
export const setUpCuda = changingDevices(
  async (options: SetupOptions): Promise<SetupReport> => ({
    folder: await installCuda(options),
    device: await prove({ engine: "onnx", kind: "cuda", index: 0 }, options),
  }),
);

/** Brings SwiftShader and tries it. */
export const setUpSwiftShader = changingDevices(
  async (options: SetupOptions): Promise<SetupReport> => ({
    folder: await installSwiftShader(options),
    device: await prove({ engine: "onnx", kind: "swiftshader" }, options),
  }),
);

/** Takes one of them away again; whether it was there. */
export const undoSetUp = changingDevices(
  async (part: "cuda" | "swiftshader"): Promise<boolean> =>
    await { cuda: removeCuda, swiftshader: removeSwiftShader }[part](),
);

/** Brings TensorFlow and tries it. */
export const setUpTensorflow = changingDevices(installTensorflow);

/** Takes TensorFlow away again. */
export const undoTensorflowSetUp = changingDevices(removeTensorflow);

/** One at a time in a home; what was measured before such work, however it ends, no longer holds. */
function changingDevices<A extends readonly unknown[], R>(work: (...args: A) => Promise<R>) {
  return async (...args: A): Promise<R> => {
    const data = homeFolder("data");
    await makeFolder(data, 0o700);
    using _ = lock(
      join(data, "setup.lock"),
      "another setup is at work in this home; try again when it is done",
    );
    try {
      return await work(...args);
    } finally {
      await forgetMeasurements();
    }
  };
}

/** Opening a device proves it with a small graph of its own. */
async function prove(device: DeviceId, { reporter }: SetupOptions): Promise<string> {
  reporter.step(`trying ${nameOfDevice(device)}`);
  return (await openEngine(device, untrainedNetwork())).device;
}
