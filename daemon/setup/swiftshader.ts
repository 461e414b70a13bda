import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { brotliDecompressSync } from "node:zlib";
import { messageOf, UserError } from "../../shared/errors.ts";
import { makeFolder } from "../../shared/make-folder.ts";
import { hasSwiftShader, SWIFTSHADER_FILES, swiftShaderFolder } from "../engine/onnx/swiftshader.ts";
import { npm } from "./npm.ts";
import type { SetupReporter } from "./report.ts";

/** The package whose Chromium brings SwiftShader along, and where it lies in it. */
const PACKAGE = "@sparticuz/chromium@153.0.0";
const ARCHIVE = "package/bin/swiftshader.tar.br";
/** Of the archive, so that no other file than the one that was tried is ever loaded. */
const ARCHIVE_SHA256 = "b680e40a33235ecc6ad4c6897a168b70ce5164f0d62d2a64d675320d51614631";

const run = promisify(execFile);

/** Fetches SwiftShader from the npm registry. Throws a UserError; nothing half done is left. */
export async function installSwiftShader(reporter: SetupReporter): Promise<string> {
  const folder = swiftShaderFolder();
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new UserError(
      `SwiftShader is brought for Linux on x64 only, and this is ${process.platform} on ${process.arch}`,
    );
  if (hasSwiftShader()) {
    reporter.step(`it is already in ${folder}`);
    return folder;
  }
  await makeFolder(dirname(folder), 0o700);
  const work = await mkdtemp(join(dirname(folder), ".swiftshader-"));
  try {
    reporter.step(`fetching ${PACKAGE} from the npm registry (70 MB)`);
    const archive = await npm(["pack", PACKAGE, "--pack-destination", work, "--loglevel=error"]);
    reporter.step("unpacking its Vulkan driver");
    await run("tar", ["-xzf", join(work, archive.trim()), "-C", work, ARCHIVE]);
    const compressed = await readFile(join(work, ARCHIVE));
    const sha256 = createHash("sha256").update(compressed).digest("hex");
    if (sha256 !== ARCHIVE_SHA256)
      throw new UserError(
        `${PACKAGE} holds another SwiftShader than the one that was tried (sha256 ${sha256})`,
      );
    await writeFile(join(work, "swiftshader.tar"), brotliDecompressSync(compressed));
    const unpacked = join(work, "swiftshader");
    await mkdir(unpacked);
    await run("tar", [
      "-xf",
      join(work, "swiftshader.tar"),
      "-C",
      unpacked,
      ...Object.values(SWIFTSHADER_FILES),
    ]);
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
