import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/bench/**", "node_modules/**"],
    // The engine uses every core by itself; files beside each other would only slow each other down.
    fileParallelism: false,
    pool: "forks",
    // Each home would keep compiled code of its own, and hundreds of processes compile the program anew.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, "node_modules/.cache/atelier-code") },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A machine that others use may hold up anything for seconds; what fails twice in a row is broken.
    retry: process.env["CI"] === undefined ? 0 : 1,
  },
});
