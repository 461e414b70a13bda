import type { DeviceKind } from "../../../shared/devices.ts";
import { messageOf } from "../../../shared/errors.ts";
import { DeviceError } from "../device-error.ts";
import { whyProviderFails } from "./cuda-provider.ts";
import type { EncodedModel } from "./model.ts";
import type { Provider } from "./provider.ts";
import { ort } from "./runtime.ts";

/** A session on a provider, `more` being options on top of its own. Throws a DeviceError where the device does not work. */
export async function createSession(
  { model, externalData }: EncodedModel,
  { kind, options }: Provider,
  more: ort.InferenceSession.SessionOptions = {},
): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(model, {
      executionMode: "sequential",
      graphOptimizationLevel: "all",
      externalData,
      logSeverityLevel: 3,
      ...options,
      ...more,
    });
  } catch (error) {
    throw kind === "cpu" ? error : deviceError(kind, error);
  }
}

export function deviceError(kind: DeviceKind, error: unknown): DeviceError {
  const reason = (kind === "cuda" ? whyProviderFails() : undefined) ?? firstLine(error);
  return new DeviceError(`the device onnx/${kind} does not work here: ${reason}; see: atelier doctor`, {
    cause: error,
  });
}

/** The runtime's messages end in a stack of its own, and CUDA's are about its source in front. */
function firstLine(error: unknown): string {
  const line = messageOf(error).trim().split("\n")[0] ?? "";
  return /CU\w+ failure \d+: [^;]*[^;\s]/.exec(line)?.[0] ?? line;
}
