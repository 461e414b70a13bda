import type { Command } from "commander";
import { paint, printJson, say } from "../../terminal/print.ts";
import { jsonOption } from "../options.ts";

export const addSetupCuda = (setup: Command) =>
  addPart(
    setup,
    "cuda",
    "onnxruntime's CUDA provider, for NVIDIA's GPUs; driver, CUDA 12 and cuDNN 9 must be there",
  );

export const addSetupSwiftShader = (setup: Command) =>
  addPart(
    setup,
    "swiftshader",
    "a Vulkan driver that computes on the CPU: slow, and of use to test WebGPU without a GPU",
  );

function addPart(setup: Command, part: "cuda" | "swiftshader", meaning: string): void {
  setup
    .command(part)
    .summary(meaning)
    .description(`Sets up ${meaning}. Shows each step; a second time changes nothing.`)
    .option("--undo", "take it away again")
    .addOption(jsonOption())
    .action(async ({ undo, json }: { undo?: boolean; json?: boolean }) => {
      const { removeSetUp, setUpCuda, setUpSwiftShader } = await import("../../../daemon/foreground.ts");
      if (undo) {
        const wasThere = await removeSetUp(part);
        if (json) printJson({ removed: wasThere });
        else say(wasThere ? `removed ${part}` : `there was no ${part} to remove`);
        return;
      }
      const install = { cuda: setUpCuda, swiftshader: setUpSwiftShader }[part];
      const report = await install((step) => say(`${paint("dim", "·")} ${step}`));
      if (json) printJson(report);
      else say(`${paint("green", "ready")}: ${report.device}`);
    });
}
