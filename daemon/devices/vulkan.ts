import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { isSoftwareDriver } from "../engine/onnx/software-drivers.ts";

/** Where the Vulkan loader looks for drivers' manifests. */
const FOLDERS = ["etc", "usr/share", "usr/local/share", "usr/local/etc"];

/** Whether the Vulkan loader finds a driver that does not compute on the CPU. */
export function hasVulkanDriver(root = "/", env: NodeJS.ProcessEnv = process.env): boolean {
  const named = env["VK_DRIVER_FILES"] || env["VK_ICD_FILENAMES"];
  const places = named ? named.split(":") : FOLDERS.map((folder) => join(root, folder, "vulkan/icd.d"));
  return places
    .flatMap(manifestsAt)
    .some((file) => !isSoftwareDriver(basename(file)) && !isSoftwareDriver(textOf(file)));
}

/** The manifests in a folder; or the one that is named. */
function manifestsAt(place: string): string[] {
  try {
    if (!statSync(place).isDirectory()) return [place];
    return readdirSync(place)
      .filter((name) => name.endsWith(".json"))
      .map((name) => join(place, name));
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
