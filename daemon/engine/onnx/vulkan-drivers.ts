import { readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { withoutX } from "./nvidia-vulkan.ts";

/** Where the Vulkan loader looks for drivers' manifests, in its order: in what a variable lists, or else in these folders. */
const FOLDERS: readonly { readonly variable?: string; readonly usual: string }[] = [
  { variable: "XDG_CONFIG_HOME", usual: join(homedir(), ".config") },
  { variable: "XDG_CONFIG_DIRS", usual: "/etc/xdg" },
  { usual: "/etc:/usr/local/etc" },
  { variable: "XDG_DATA_HOME", usual: join(homedir(), ".local/share") },
  { variable: "XDG_DATA_DIRS", usual: "/usr/local/share:/usr/share" },
];
/** What names of Vulkan drivers that compute on the CPU hold: Mesa's lavapipe, and SwiftShader. */
const MARKS = ["lvp", "lavapipe", "llvmpipe", "swiftshader"];

/** Manifests of Vulkan drivers that the loader finds. */
interface Drivers {
  readonly ofGpus: readonly string[];
  readonly ofSoftware: readonly string[];
}

function findDrivers(root = "/", env: NodeJS.ProcessEnv = process.env): Drivers {
  const named = env["VK_DRIVER_FILES"] || env["VK_ICD_FILENAMES"];
  const folders = FOLDERS.flatMap(({ variable = "", usual }) => (env[variable] || usual).split(":"));
  const places = named ? named.split(":") : folders.map((folder) => join(root, folder, "vulkan/icd.d"));
  const all = Object.groupBy(places.flatMap(manifestsAt), (file) =>
    isOfSoftware(basename(file)) || isOfSoftware(textOf(file)) ? "ofSoftware" : "ofGpus",
  );
  return { ofGpus: all.ofGpus ?? [], ofSoftware: all.ofSoftware ?? [] };
}

/** Whether the Vulkan loader finds a driver that does not compute on the CPU. */
export function hasVulkanDriver(root = "/", env: NodeJS.ProcessEnv = process.env): boolean {
  return findDrivers(root, env).ofGpus.length > 0;
}

/**
 * Keeps drivers that compute on the CPU from whoever asks this process for a GPU: by their names, and since loaders
 * before 1.3.234 do not hear of that, by naming the others. NVIDIA's is named so that it works without X. What the person
 * has set stays.
 */
export function chooseVulkanDrivers(root = "/", usable = withoutX): void {
  const { env } = process;
  if (env["VK_LOADER_DRIVERS_DISABLE"] !== undefined) return;
  env["VK_LOADER_DRIVERS_DISABLE"] = MARKS.map((mark) => `*${mark}*`).join(",");
  if (["VK_DRIVER_FILES", "VK_ICD_FILENAMES", "VK_ADD_DRIVER_FILES"].some((name) => env[name])) return;
  const { ofGpus, ofSoftware } = findDrivers(root);
  const named = ofGpus.map((manifest) => usable(manifest));
  if (ofSoftware.length === 0 && named.every((manifest, i) => manifest === ofGpus[i])) return;
  if (named.length > 0) env["VK_DRIVER_FILES"] = env["VK_ICD_FILENAMES"] = named.join(":");
}

/** Makes one driver the only one of this process, whatever it computes on. */
export function useVulkanDriver(manifest: string): void {
  process.env["VK_DRIVER_FILES"] = process.env["VK_ICD_FILENAMES"] = manifest;
  delete process.env["VK_LOADER_DRIVERS_DISABLE"];
}

function isOfSoftware(manifest: string): boolean {
  return MARKS.some((mark) => manifest.toLowerCase().includes(mark));
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
