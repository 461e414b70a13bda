import { existsSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { messageOf, UserError } from "../../../shared/errors.ts";
import { homeFolder } from "../../../shared/home.ts";
import { letInSoftwareDrivers } from "./software-drivers.ts";

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

/** dlopen's flag that a library stays loaded when it is closed; Node has no name for it. */
const RTLD_NODELETE = 0x1000;

/** Makes SwiftShader the only Vulkan driver of this process, before its first WebGPU session. */
export function useSwiftShader(): void {
  if (!hasSwiftShader())
    throw new UserError(
      `SwiftShader is not in ${swiftShaderFolder()}; get it with: atelier setup swiftshader`,
    );
  const folder = swiftShaderFolder();
  const manifest = join(folder, SWIFTSHADER_FILES.manifest);
  process.env["VK_ICD_FILENAMES"] = manifest;
  process.env["VK_DRIVER_FILES"] = manifest;
  letInSoftwareDrivers();
  keepLoaded(join(folder, SWIFTSHADER_FILES.loader));
}

/** Loads a library that is no addon: whoever asks for it by its name later gets this one. */
function keepLoaded(library: string): void {
  try {
    process.dlopen(
      { exports: {} },
      library,
      constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL | RTLD_NODELETE,
    );
  } catch (error) {
    // Node misses its own entry point in it, after it was loaded.
    if (!messageOf(error).includes("did not self-register"))
      throw new UserError(
        `${library} cannot be loaded: ${messageOf(error)}; get it again with: atelier setup swiftshader`,
      );
  }
}
