import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { PROVIDERS } from "../../../daemon/engine/onnx/provider.ts";
import { hasVulkanDriver, leaveOutSoftwareDrivers } from "../../../daemon/engine/onnx/vulkan-drivers.ts";
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
  leaveOutSoftwareDrivers(root);
  expect(process.env["VK_ICD_FILENAMES"]).toBe(join(drivers, "radeon_icd.x86_64.json"));
  // Without any for the CPU there is nothing to leave out, and the loader looks by itself.
  for (const name of names) vi.stubEnv(name, undefined);
  leaveOutSoftwareDrivers(join(root, "nowhere"));
  expect(process.env["VK_ICD_FILENAMES"]).toBeUndefined();
});
