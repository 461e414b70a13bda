import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Packs a folder: the same files give the same archive, which all may read, whoever makes it. `effort` from 0 to 9 makes it smaller and slower. */
export async function archive(parent: string, folder: string, file: string, effort: number): Promise<void> {
  // Machine code packs better behind the filter for its branches.
  const xz = `xz -T0 --x86 --lzma2=preset=${effort}`;
  const same = [
    "--sort=name",
    "--mtime=@0",
    "--owner=0",
    "--group=0",
    "--numeric-owner",
    "--mode=u+w,go-w,a+rX",
  ];
  await tool("tar", [...same, "-I", xz, "-C", parent, "-cf", file, folder]);
}

/** Symbols for debuggers are an eighth of Node. */
export async function strip(file: string): Promise<void> {
  await tool("strip", ["--strip-unneeded", file]);
}

async function tool(program: string, args: readonly string[]): Promise<void> {
  try {
    await run(program, [...args]);
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === "ENOENT")
      throw new Error(`${program} is missing (Debian: apt install tar xz-utils binutils)`, { cause: error });
    throw new Error(`${program} failed: ${stderr?.trim()}`, { cause: error });
  }
}
