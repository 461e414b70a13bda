/**
 * `npm run build`: one file for each program and for what several share, where the sources and their packages are
 * hundreds: most of the time until a first screen would be spent on finding and linking them.
 */
import { join, relative } from "node:path";
import { build, type Plugin } from "rolldown";
import { PROGRAMS } from "./shared/programs.ts";

/** Packages that stay as they are: they load native code or files of their own, or are only there where installed. */
const OUTSIDE = [
  "@tensorflow/tfjs-node-gpu",
  "h5wasm",
  "node-api-headers",
  "onnxruntime-node",
  "pino",
  "protobufjs",
  "react-devtools-core",
  "sharp",
  "terminal-image",
];

/** Names the packages that are built in, for whoever passes them on with their licences. */
const listPackages: Plugin = {
  name: "list-packages",
  generateBundle(_options, bundle) {
    const files = Object.values(bundle).flatMap((part) => (part.type === "chunk" ? part.moduleIds : []));
    const packages = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file) ?? []);
    const names = [...new Set(packages)].map((folder) => relative(import.meta.dirname, folder));
    this.emitFile({ type: "asset", fileName: "packages.json", source: JSON.stringify(names.toSorted()) });
  },
};

/** Ink's frames are put together by our own module, for speed. */
const ownOutput: Plugin = {
  name: "own-output",
  resolveId: (source, importer) =>
    source === "./output.js" && importer?.endsWith("/ink/build/renderer.js") === true
      ? join(import.meta.dirname, "tui/terminal/ink-output.ts")
      : null,
};

await build({
  input: Object.fromEntries(Object.entries(PROGRAMS).map(([name, source]) => [name, `${source}.ts`])),
  platform: "node",
  external: (id) => OUTSIDE.some((name) => id === name || id.startsWith(`${name}/`)),
  // React without the checks of its development.
  transform: { target: "node24", define: { "process.env.NODE_ENV": JSON.stringify("production") } },
  plugins: [listPackages, ownOutput],
  output: {
    dir: "dist",
    cleanDir: true,
    sourcemap: true,
    // All in one folder, in which programs find each other.
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
  },
});
