import { availableParallelism, cpus, totalmem } from "node:os";
import { messageOf } from "../../shared/errors.ts";
import type { EngineStatus } from "../engine/choice.ts";
import { tfjsStatus } from "../engine/tfjs/status.ts";
import { PUBLISHED_FILE } from "../network/published.ts";
import { storedWeights, weightsFolder } from "../network/weight-store.ts";

export interface DoctorReport {
  readonly node: string;
  readonly engines: readonly EngineStatus[];
  readonly weightsFolder: string;
  readonly weights: readonly {
    readonly file: string;
    readonly bytes: number;
    readonly isPublished: boolean;
  }[];
  readonly memory: { readonly totalBytes: number; readonly availableBytes: number };
}

/** What this machine can do. */
export async function doctor(): Promise<DoctorReport> {
  return {
    node: process.version,
    engines: [await onnxStatus(), await tfjsStatus()],
    weightsFolder: weightsFolder(),
    weights: storedWeights().map(({ file, bytes }) => ({
      file,
      bytes,
      isPublished: file.endsWith(PUBLISHED_FILE.name) && bytes === PUBLISHED_FILE.bytes,
    })),
    // Without a limit of its own, a process is told of one beyond all machines.
    memory: {
      totalBytes: Math.min(totalmem(), process.constrainedMemory() || totalmem()),
      availableBytes: process.availableMemory(),
    },
  };
}

async function onnxStatus(): Promise<EngineStatus> {
  try {
    const { env } = await import("onnxruntime-node");
    const model = cpus()[0]?.model.trim() ?? "unknown";
    return {
      id: "onnx",
      available: true,
      reason: `onnxruntime ${env.versions.node ?? env.versions.common}`,
      devices: [`cpu, ${availableParallelism()} threads (${model})`],
    };
  } catch (error) {
    return { id: "onnx", available: false, reason: messageOf(error), devices: [] };
  }
}
