import { hash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { messageOf, UserError } from "../../shared/errors.ts";
import { makeFolder } from "../../shared/make-folder.ts";
import {
  hasSwiftShader,
  SWIFTSHADER_FILES,
  swiftShaderFolder,
  swiftShaderObstacle,
} from "../engine/onnx/swiftshader.ts";
import { npm } from "./npm.ts";
import { runProgram } from "./program.ts";
import type { SetupOptions } from "./report.ts";

/** The package whose Chromium brings SwiftShader along, and where it lies in it. */
const PACKAGE = "@sparticuz/chromium@153.0.0";
const ARCHIVE = "package/bin/swiftshader.tar.br";
/** Of the archive, so that no other file than the one that was tried is ever loaded. */
const ARCHIVE_SHA256 = "b680e40a33235ecc6ad4c6897a168b70ce5164f0d62d2a64d675320d51614631";

/** Where it is unpacked begins like this. */
const WORK = ".swiftshader-";

/** Fetches SwiftShader from the npm registry. Throws a UserError; nothing half done is left. */
export async function installSwiftShader({ reporter, signal }: SetupOptions): Promise<string> {
  const folder = swiftShaderFolder();
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new UserError(
      `SwiftShader is brought for Linux on x64 only, and this is ${process.platform} on ${process.arch}`,
    );
  const obstacle = swiftShaderObstacle();
  if (obstacle !== undefined) throw new UserError(`SwiftShader could not be used: ${obstacle}`);
  if (hasSwiftShader()) {
    reporter.step(`it is already in ${folder}`);
    return folder;
  }
  const around = dirname(folder);
  await makeFolder(around, 0o700);
  // What a kill left: no other setup is at work in this home.
  for (const name of await readdir(around))
    if (name.startsWith(WORK)) await rm(join(around, name), { recursive: true });
  const work = await mkdtemp(join(around, WORK));
  try {
    reporter.step(`fetching ${PACKAGE} from the npm registry (70 MB)`);
    const archive = await npm(["pack", PACKAGE, "--pack-destination", work, "--loglevel=error"], signal);
    reporter.step("unpacking its Vulkan driver");
    await runProgram("tar", ["-xzf", join(work, archive.trim()), "-C", work, ARCHIVE], { signal });
    const compressed = await readFile(join(work, ARCHIVE));
    const sha256 = hash("sha256", compressed);
    if (sha256 !== ARCHIVE_SHA256)
      throw new UserError(
        `${PACKAGE} holds another SwiftShader than the one that was tried (sha256 ${sha256})`,
      );
    await writeFile(join(work, "swiftshader.tar"), brotliDecompressSync(compressed));
    const unpacked = join(work, "swiftshader");
    await mkdir(unpacked);
    const files = Object.values(SWIFTSHADER_FILES);
    await runProgram("tar", ["-xf", join(work, "swiftshader.tar"), "-C", unpacked, ...files], { signal });
    // Some of its files may be there.
    await rm(folder, { recursive: true, force: true });
    await rename(unpacked, folder);
    return folder;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`SwiftShader could not be set up: ${messageOf(error)}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Deletes what was set up; whether there was anything. */
export async function removeSwiftShader(): Promise<boolean> {
  const had = hasSwiftShader();
  await rm(swiftShaderFolder(), { recursive: true, force: true });
  return had;
}
