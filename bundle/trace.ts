import { nodeFileTrace } from "@vercel/nft";

/** Every program that becomes a process or a thread of its own: tracing follows imports, not `fork`. */
const PROGRAMS = [
  "bin/atelier.js",
  "dist/daemon/main.js",
  "dist/daemon/worker/main.js",
  "dist/daemon/worker/heartbeat.js",
  "dist/daemon/devices/trial-process.js",
  "dist/tui/terminal/pictures/worker-thread.js",
];

/** Native parts for machines that are not Linux x64, and TensorFlow, whose setup needs npm and a compiler anyway. */
const LEFT_OUT = [
  "**/napi-v6/{darwin,win32}/**",
  "**/napi-v6/linux/arm64/**",
  "node_modules/@tensorflow/**",
  // Tracing takes paths that are only named in the code for files that are read.
  "docs/**",
];

/** The files that the programs load, relative to the checkout, in order. */
export async function traceFiles(root: string): Promise<string[]> {
  const { fileList } = await nodeFileTrace(PROGRAMS, {
    base: root,
    processCwd: root,
    ignore: LEFT_OUT,
    conditions: ["node"],
  });
  return [...fileList].filter((file) => !file.endsWith(".map")).toSorted();
}
