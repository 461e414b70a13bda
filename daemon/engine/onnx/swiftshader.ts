import { existsSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../shared/errors.ts";
import { homeFolder } from "../../../shared/home.ts";
import { keepLoaded } from "./keep-loaded.ts";
import { useVulkanDriver } from "./vulkan-drivers.ts";

/** The files of SwiftShader, a Vulkan driver that computes on the CPU, and the loader that finds it. */
export const SWIFTSHADER_FILES = {
  driver: "libvk_swiftshader.so",
  manifest: "vk_swiftshader_icd.json",
  loader: "libvulkan.so.1",
} as const;

/** Where `atelier setup swiftshader` puts them. */
export function swiftShaderFolder(): string {
  return join(homeFolder("data"), "swiftshader");
}

export function hasSwiftShader(): boolean {
  const folder = swiftShaderFolder();
  return Object.values(SWIFTSHADER_FILES).every((name) => existsSync(join(folder, name)));
}

/** Why SwiftShader cannot be where this home has it; undefined where it can. */
export function swiftShaderObstacle(): string | undefined {
  return swiftShaderFolder().includes(":")
    ? `Vulkan's loader takes each colon in ${swiftShaderFolder()} for the end of a path; move the home (ATELIER_HOME) to a path without colons`
    : undefined;
}

/** Makes SwiftShader the only Vulkan driver of this process, before its first WebGPU session. */
export function useSwiftShader(): void {
  const obstacle = swiftShaderObstacle();
  if (obstacle !== undefined) throw new UserError(`SwiftShader cannot be used: ${obstacle}`);
  if (!hasSwiftShader())
    throw new UserError(
      `SwiftShader is not in ${swiftShaderFolder()}; get it with: atelier setup swiftshader`,
    );
  const folder = swiftShaderFolder();
  useVulkanDriver(join(folder, SWIFTSHADER_FILES.manifest));
  keepLoaded(join(folder, SWIFTSHADER_FILES.loader), "get it again with: atelier setup swiftshader");
}
