/** What names of Vulkan drivers that compute on the CPU hold: Mesa's lavapipe, and SwiftShader. */
const MARKS = ["lvp", "lavapipe", "llvmpipe", "swiftshader"];

/** Whether a Vulkan driver's manifest is one of a driver that computes on the CPU. */
export function isSoftwareDriver(manifest: string): boolean {
  return MARKS.some((mark) => manifest.toLowerCase().includes(mark));
}

/** Keeps them from whoever asks this process for a GPU. What the person has set stays. */
export function leaveOutSoftwareDrivers(): void {
  process.env["VK_LOADER_DRIVERS_DISABLE"] ??= MARKS.map((mark) => `*${mark}*`).join(",");
}

/** Lets them in again, for whoever asks for one of them. */
export function letInSoftwareDrivers(): void {
  delete process.env["VK_LOADER_DRIVERS_DISABLE"];
}
