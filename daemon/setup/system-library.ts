import { existsSync } from "node:fs";
import { join } from "node:path";
import { ProgramError, runProgram } from "./program.ts";

/** Whether the system's loader finds every one of these shared libraries. Linux only; elsewhere none is found. */
export async function hasLibraries(names: readonly string[]): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const folders = (process.env["LD_LIBRARY_PATH"] ?? "").split(":").filter((folder) => folder !== "");
  const cached = await cachedNames();
  return names.every((name) => cached.has(name) || folders.some((folder) => existsSync(join(folder, name))));
}

/** Names in the loader's cache; empty where a system has none, as Alpine. */
async function cachedNames(): Promise<Set<string>> {
  const search = { environment: { ...process.env, PATH: `${process.env["PATH"]}:/sbin:/usr/sbin` } };
  try {
    const listing = await runProgram("ldconfig", ["-p"], search);
    return new Set(listing.split("\n").map((line) => line.trim().split(" ")[0] ?? ""));
  } catch (error) {
    if (error instanceof ProgramError) return new Set();
    throw error;
  }
}
