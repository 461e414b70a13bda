// Before the runtime is loaded.
import "./no-telemetry.ts";

/** The one way to onnxruntime. */
export * as ort from "onnxruntime-node";
