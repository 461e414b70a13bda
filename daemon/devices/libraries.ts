import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Where libraries lie that the system's cache does not list. */
const FOLDERS = [
  "/usr/lib",
  "/usr/lib64",
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
  "/usr/local/lib",
];

/** Which of the shared libraries (`libcudart.so.13`) the dynamic loader would not find. Linux only. */
export function missingLibraries(names: readonly string[]): string[] {
  const own = (process.env["LD_LIBRARY_PATH"] ?? "").split(":").filter((folder) => folder !== "");
  const cached = cachedLibraries();
  return names.filter(
    (name) => !cached.has(name) && ![...own, ...FOLDERS].some((folder) => existsSync(join(folder, name))),
  );
}

/** Whether it would find all of them; nowhere but on Linux does it. */
export function hasLibraries(names: readonly string[]): boolean {
  return process.platform === "linux" && missingLibraries(names).length === 0;
}

function cachedLibraries(): Set<string> {
  for (const program of ["ldconfig", "/sbin/ldconfig", "/usr/sbin/ldconfig"])
    try {
      const listing = execFileSync(program, ["-p"], {
        timeout: 5000,
        stdio: ["ignore", "pipe", "ignore"],
      }).toString();
      return new Set(listing.split("\n").map((line) => line.trim().split(" ")[0] ?? ""));
    } catch {
      // Not every system has it, nor in every path.
    }
  return new Set();
}
