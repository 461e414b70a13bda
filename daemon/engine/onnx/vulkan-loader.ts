import { existsSync } from "node:fs";
import { join } from "node:path";
import { keepLoaded } from "./keep-loaded.ts";
import { SWIFTSHADER_FILES, swiftShaderFolder } from "./swiftshader.ts";

/** What the runtime asks the system for by this name, to find drivers by; the drivers of GPUs do not bring it. */
export const VULKAN_LOADER = SWIFTSHADER_FILES.loader;

/** Where the bundle has one, beside the built programs. */
export const LOADER_IN_BUILD = `vulkan/${VULKAN_LOADER}`;

/** The one that lies with the program, or came with SwiftShader. */
export function ownVulkanLoader(): string | undefined {
  const files = [join(import.meta.dirname, LOADER_IN_BUILD), join(swiftShaderFolder(), VULKAN_LOADER)];
  return files.find((file) => existsSync(file));
}

/** Loads the system's Vulkan loader, or our own where the system has none. */
export function loadVulkanLoader(): void {
  try {
    keepLoaded(VULKAN_LOADER, "install it");
  } catch (error) {
    const own = ownVulkanLoader();
    if (own === undefined) throw error;
    keepLoaded(own, "get it again with: atelier setup swiftshader");
  }
}
