import { messageOf, UserError } from "../../../shared/errors.ts";
import type { EncodedModel } from "./model.ts";
import type { Provider } from "./provider.ts";
import { ort } from "./runtime.ts";

/** A session on a provider, `more` being options on top of its own. Throws a UserError where the device does not work. */
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
    if (kind === "cpu") throw error;
    throw new UserError(
      `the device onnx/${kind} does not work here: ${firstLine(error)}; see: atelier doctor`,
    );
  }
}

/** The runtime's messages end in a stack of its own. */
function firstLine(error: unknown): string {
  return messageOf(error).trim().split("\n")[0] ?? "";
}
