import type { Command } from "commander";
import { addPart } from "./part.ts";

export function addSetupTensorflow(setup: Command): void {
  addPart(setup, {
    name: "tensorflow",
    summary: "TensorFlow, for the engine tfjs",
    description:
      "Finds TensorFlow or fetches it, compiles the binding for it, and tries both. Needs Python 3 and a C++ compiler. What is there already stays.",
    pythonHas: "TensorFlow",
    install: async (options) => await (await daemon()).setUpTensorflow(options),
    readyText: ({ tensorflow, isGpu }) =>
      `TensorFlow ${tensorflow} on ${isGpu ? "a GPU" : "the CPU"}; use it: --engine tfjs`,
    undo: async () => await (await daemon()).undoTensorflowSetUp(),
    undoneText: ({ folder, isRemoved }) =>
      isRemoved ? `removed ${folder}` : `there is nothing in ${folder}`,
  });
}

const daemon = async () => await import("../../../daemon/foreground.ts");
