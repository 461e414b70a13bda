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
  "koffi",
  "node-api-headers",
  "onnxruntime-node",
  "pino",
  "protobufjs",
  "react-devtools-core",
  "sharp",
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

/**
 * Modules that ours take the place of, by who asks for them. Ink's make every cell of every frame anew, and take a changed
 * line apart to save a part of it. What terminal-image brings for other pictures than .png would take a third of a second
 * and 28 MB.
 */
const OWN: readonly (readonly [by: RegExp, asked: string, own: string])[] = [
  [/\/ink\/build\//, "./output.js", "ink/output"],
  [/\/ink\/build\//, "./line-update.js", "ink/line-update"],
  [/\/node_modules\//, "string-width", "ink/text-width"],
  [/\/terminal-image\//, "jimp", "pictures/jimp/png-jimp"],
  [/\/@jimp\//, "file-type", "pictures/jimp/file-type"],
  [/\/@jimp\//, "zod", "pictures/jimp/zod"],
  [/\/term-img\//, "iterm2-version", "pictures/iterm2-version"],
];
const ownModules: Plugin = {
  name: "own-modules",
  resolveId: (source, importer = "") => {
    const own = OWN.find(([by, asked]) => asked === source && by.test(importer))?.[2];
    return own === undefined ? null : join(import.meta.dirname, `tui/terminal/${own}.ts`);
  },
};

await build({
  input: Object.fromEntries(Object.entries(PROGRAMS).map(([name, source]) => [name, `${source}.ts`])),
  platform: "node",
  external: (id) => OUTSIDE.some((name) => id === name || id.startsWith(`${name}/`)),
  // React without the checks of its development.
  transform: { target: "node24", define: { "process.env.NODE_ENV": JSON.stringify("production") } },
  plugins: [listPackages, ownModules],
  output: {
    dir: "dist",
    cleanDir: true,
    sourcemap: true,
    // All in one folder, in which programs find each other.
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
  },
});
