import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { messageOf, UserError } from "../../../shared/errors.ts";
import { makeFolder } from "../../../shared/make-folder.ts";
import { hasLibraries } from "../../devices/libraries.ts";
import { fetchFromWeb } from "../../network/web.ts";
import { runProgram, stopped } from "../program.ts";
import type { SetupReporter } from "../report.ts";
import type { TensorflowLibrary } from "./library.ts";

/** The newest libtensorflow that tfjs was released with, and the libraries that it was built for. */
const VERSION = "2.9.1";
const NEEDS = ["libcuda.so.1", "libcudart.so.11.0", "libcudnn.so.8"];

/** Whether this machine has the driver, CUDA 11 and cuDNN 8 that the official build wants. */
export function isOfficialUsable(): boolean {
  return process.arch === "x64" && hasLibraries(NEEDS);
}

/** Downloads TensorFlow's own C library into a folder. Throws a UserError when that fails. */
export async function fetchOfficial(
  folder: string,
  reporter: SetupReporter,
  signal: AbortSignal,
): Promise<TensorflowLibrary> {
  // The variable under which tfjs itself knows mirrors.
  const host = process.env["TFJS_NODE_CDN_STORAGE"] ?? "https://storage.googleapis.com/";
  const url = `${host}tensorflow/libtensorflow/libtensorflow-gpu-linux-x86_64-${VERSION}.tar.gz`;
  reporter.step(`downloading ${url}`);
  const archive = join(folder, "libtensorflow.tar.gz");
  await makeFolder(folder, 0o700);
  try {
    const response = await fetchFromWeb(url, { signal });
    if (!response.ok || response.body === null) throw new Error(`the server answered ${response.status}`);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(archive));
    await runProgram("tar", ["-xzf", archive, "-C", folder], { signal });
  } catch (error) {
    if (signal.aborted) throw stopped();
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new UserError(`the official TensorFlow cannot be had: ${messageOf(cause)}`);
  } finally {
    await rm(archive, { force: true });
  }
  return {
    source: "official",
    python: null,
    version: VERSION,
    include: join(folder, "include"),
    folder: join(folder, "lib"),
    files: ["libtensorflow.so.2", "libtensorflow_framework.so.2"],
    cuda: [],
  };
}
