import type { Command } from "commander";
import { addPart } from "./part.ts";

export function addSetupCuda(setup: Command): void {
  addPart(setup, {
    name: "cuda",
    summary: "onnxruntime's CUDA provider, for NVIDIA's GPUs",
    description:
      "Fetches onnxruntime's CUDA provider and those of CUDA's libraries that this machine lacks, and tries them. Needs NVIDIA's driver, 580 or newer, and Python 3. What is there already stays.",
    pythonHas: "onnxruntime-gpu[cuda,cudnn]",
    install: async (options) => await (await daemon()).setUpCuda(options),
    ...undoing("cuda"),
  });
}

export function addSetupSwiftShader(setup: Command): void {
  addPart(setup, {
    name: "swiftshader",
    summary: "a Vulkan driver that computes on the CPU: slow, to test WebGPU without a GPU",
    description:
      "Fetches SwiftShader, a Vulkan driver that computes on the CPU, and tries it: slow, and of use to test WebGPU without a GPU. What is there already stays.",
    install: async (options) => await (await daemon()).setUpSwiftShader(options),
    ...undoing("swiftshader"),
  });
}

function undoing(part: "cuda" | "swiftshader") {
  return {
    readyText: ({ device }: { readonly device: string }) => device,
    undo: async () => ({ removed: await (await daemon()).undoSetUp(part) }),
    undoneText: ({ removed }: { readonly removed: boolean }) =>
      removed ? `removed ${part}` : `there was no ${part} to remove`,
  };
}

const daemon = async () => await import("../../../daemon/foreground.ts");
