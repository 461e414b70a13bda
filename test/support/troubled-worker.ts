/**
 * Loaded into a daemon's workers by NODE_OPTIONS: at iteration 5 the worker dies, always, or hangs, once,
 * while its heart goes on beating; or SwiftShader is broken for as long as the mark is there.
 */
import { existsSync, writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import type { FromWorker } from "../../daemon/worker/messages.ts";

const { ATELIER_DEVICE: device, TROUBLE: trouble, TROUBLE_MARK: mark = "" } = process.env;
const AT = 5;

if (device !== undefined && isMainThread) {
  const send = process.send?.bind(process);
  process.send = (message: FromWorker) => {
    const isDelivered = send?.(message) ?? false;
    if (message.type !== "progress" || message.progress.iteration !== AT) return isDelivered;
    if (trouble === "die") process.kill(process.pid, "SIGKILL");
    if (trouble === "hang" && !existsSync(mark)) {
      writeFileSync(mark, "");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
    return isDelivered;
  };
}

if (device?.includes("swiftshader") && isMainThread && trouble === "break") {
  const { InferenceSession } = (await import("../../daemon/engine/onnx/runtime.ts")).ort;
  const create = InferenceSession.create.bind(InferenceSession);
  Object.assign(InferenceSession, {
    create: async (...args: Parameters<typeof create>) => {
      if (existsSync(mark)) throw new Error("the device was lost");
      return await create(...args);
    },
  });
}
