import { messageOf } from "../../../shared/errors.ts";
import type { EngineStatus } from "../choice.ts";
import { loadTensorflow, PACKAGE } from "./tensorflow.ts";

/** Whether this engine works here, found out by loading it. */
export async function tfjsStatus(): Promise<EngineStatus> {
  try {
    const tensorflow = await loadTensorflow();
    const reason = `${PACKAGE} on TensorFlow ${tensorflow.version}`;
    return { id: "tfjs", available: true, reason };
  } catch (error) {
    return { id: "tfjs", available: false, reason: messageOf(error) };
  }
}
