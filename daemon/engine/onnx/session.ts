import * as ort from "onnxruntime-node";
import type { EncodedModel } from "./model.ts";

/** A session on the CPU provider. */
export async function createSession(
  { model, externalData }: EncodedModel,
  threads: number,
): Promise<ort.InferenceSession> {
  return await ort.InferenceSession.create(model, {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    // A preplanned arena would hold nearly twice the memory at the same speed.
    enableMemPattern: false,
    externalData,
    logSeverityLevel: 3,
  });
}
