import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { withoutX } from "../../../daemon/engine/onnx/nvidia-vulkan.ts";
import { PROVIDERS } from "../../../daemon/engine/onnx/provider.ts";
import { chooseVulkanDrivers, hasVulkanDriver } from "../../../daemon/engine/onnx/vulkan-drivers.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const root = temporaryFolder();
const drivers = join(root, "usr/share/vulkan/icd.d");

function addDriver(name: string, library: string): string {
  mkdirSync(drivers, { recursive: true });
  const file = join(drivers, name);
  writeFileSync(file, JSON.stringify({ ICD: { library_path: library }, file_format_version: "1.0.0" }));
  return file;
}

afterEach(() => vi.unstubAllEnvs());

test("a driver that computes on the CPU is no driver of a GPU", () => {
  expect(hasVulkanDriver(root, {})).toBe(false);
  const lavapipe = addDriver("lvp_icd.x86_64.json", "/usr/lib/x86_64-linux-gnu/libvulkan_lvp.so");
  addDriver("renamed.json", "libvk_swiftshader.so");
  expect(hasVulkanDriver(root, {})).toBe(false);
  expect(hasVulkanDriver(root, { VK_DRIVER_FILES: lavapipe })).toBe(false);
  const radeon = addDriver("radeon_icd.x86_64.json", "/usr/lib/x86_64-linux-gnu/libvulkan_radeon.so");
  expect(hasVulkanDriver(root, {})).toBe(true);
  expect(hasVulkanDriver(join(root, "nowhere"), { VK_ICD_FILENAMES: `${lavapipe}:${radeon}` })).toBe(true);
  expect(hasVulkanDriver(root, { VK_DRIVER_FILES: lavapipe })).toBe(false);
  expect(hasVulkanDriver(join(root, "nowhere"), { VK_DRIVER_FILES: drivers })).toBe(true);
});

test("a driver is found where the variables of the desktop say that such files lie", () => {
  const system = temporaryFolder();
  const folder = "/opt/driver/share";
  mkdirSync(join(system, folder, "vulkan/icd.d"), { recursive: true });
  writeFileSync(join(system, folder, "vulkan/icd.d/radeon_icd.json"), "{}");
  expect(hasVulkanDriver(system, {})).toBe(false);
  for (const name of ["XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_DATA_HOME", "XDG_DATA_DIRS"])
    expect(hasVulkanDriver(system, { [name]: `/nowhere:${folder}` }), name).toBe(true);
});

test("a process that asks for a GPU leaves such drivers out, unless the person said otherwise", () => {
  vi.stubEnv("VK_LOADER_DRIVERS_DISABLE", undefined);
  PROVIDERS.webgpu(0);
  expect(process.env["VK_LOADER_DRIVERS_DISABLE"]).toMatch(/\*lvp\*,.*\*swiftshader\*/);
  vi.stubEnv("VK_LOADER_DRIVERS_DISABLE", "*none*");
  PROVIDERS.webgpu(0);
  expect(process.env["VK_LOADER_DRIVERS_DISABLE"]).toBe("*none*");
});

test("a loader that is too old to leave drivers out by name is told of the others", () => {
  const names = ["VK_LOADER_DRIVERS_DISABLE", "VK_DRIVER_FILES", "VK_ICD_FILENAMES"] as const;
  for (const name of names) vi.stubEnv(name, undefined);
  chooseVulkanDrivers(root);
  expect(process.env["VK_ICD_FILENAMES"]).toBe(join(drivers, "radeon_icd.x86_64.json"));
  // Without any for the CPU there is nothing to leave out, and the loader looks by itself.
  for (const name of names) vi.stubEnv(name, undefined);
  chooseVulkanDrivers(join(root, "nowhere"));
  expect(process.env["VK_ICD_FILENAMES"]).toBeUndefined();
});

describe("NVIDIA's driver", () => {
  const names = ["VK_LOADER_DRIVERS_DISABLE", "VK_DRIVER_FILES", "VK_ICD_FILENAMES"] as const;
  const server = temporaryFolder();
  const folders = ["etc", "usr/share"].map((folder) => join(server, folder, "vulkan/icd.d"));
  const withoutEgl = (library: string) => library !== "libEGL.so.1";
  const addManifests = () => {
    for (const [i, folder] of folders.entries()) {
      mkdirSync(folder, { recursive: true });
      const ICD = { library_path: "libGLX_nvidia.so.0", api_version: `1.4.${i}` };
      writeFileSync(join(folder, "nvidia_icd.json"), JSON.stringify({ ICD }));
    }
  };
  const choose = (isHere: (library: string) => boolean) => {
    for (const name of names) vi.stubEnv(name, undefined);
    chooseVulkanDrivers(server, (manifest) => withoutX(manifest, isHere));
    expect(process.env["VK_ICD_FILENAMES"]).toBe(process.env["VK_DRIVER_FILES"]);
    return process.env["VK_DRIVER_FILES"]?.split(":");
  };

  test("is named by its library for EGL on a server without libEGL", () => {
    addManifests();
    vi.stubEnv("ATELIER_HOME", join(server, "home"));
    const named = choose(withoutEgl) ?? [];
    expect(named.map((file) => JSON.parse(readFileSync(file, "utf8")) as unknown)).toEqual([
      { ICD: { library_path: "libEGL_nvidia.so.0", api_version: "1.4.0" } },
      { ICD: { library_path: "libEGL_nvidia.so.0", api_version: "1.4.1" } },
    ]);
    for (const file of named) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(server, "home/cache/vulkan")).length).toBe(2);
    // Where X's libraries are the loader finds it by itself.
    expect(choose(() => true)).toBeUndefined();
  });

  test("is left as it is where nothing can be written", () => {
    addManifests();
    vi.stubEnv("ATELIER_HOME", "/proc/nowhere");
    expect(choose(withoutEgl)).toBeUndefined();
  });
});
