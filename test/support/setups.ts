import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { cudaFolder } from "../../daemon/engine/onnx/cuda-provider.ts";
import { swiftShaderFolder } from "../../daemon/engine/onnx/swiftshader.ts";
import { tensorflowFolder } from "../../daemon/engine/tfjs/installation.ts";

/** Gives a home of its own all that `atelier setup` made for this user. */
export function lendSetups(home: string): void {
  const data = join(home, "data");
  mkdirSync(data, { recursive: true, mode: 0o700 });
  for (const folder of [swiftShaderFolder(), tensorflowFolder(), cudaFolder()]) {
    const place = join(data, basename(folder));
    if (existsSync(folder) && !existsSync(place)) symlinkSync(folder, place);
  }
}
