import { nodeFileTrace } from "@vercel/nft";
import { PROGRAMS } from "../shared/programs.ts";

/** Every program, for tracing follows imports, not `fork`. */
const FILES = ["bin/atelier.js", ...Object.keys(PROGRAMS).map((name) => `dist/${name}.js`)];
/** Found by a path that is put together while the program runs, which tracing does not see. */
const UNSEEN = ["node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node"];

/** What programs are made of. Tracing takes paths that are only named in the code for files that are read. */
const FOLDERS = /^(bin|dist|node_modules)\//;
/**
 * Native parts for machines that are not Linux x64; Node, which has a place of its own; and TensorFlow, whose setup needs
 * npm and a compiler anyway.
 */
const LEFT_OUT = /\/napi-v6\/(darwin|win32|linux\/arm64)\/|^node_modules\/(node|@tensorflow)\//;

/** The files that the programs load, relative to the checkout, in order. */
export async function traceFiles(root: string): Promise<string[]> {
  const { fileList } = await nodeFileTrace([...FILES, ...UNSEEN], {
    base: root,
    processCwd: root,
    ignore: (file) => !FOLDERS.test(file) || LEFT_OUT.test(file),
    conditions: ["node"],
  });
  return [...fileList].filter((file) => !file.endsWith(".map")).toSorted();
}
