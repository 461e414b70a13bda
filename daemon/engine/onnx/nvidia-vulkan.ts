import { hash } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { homeFolder } from "../../../shared/home.ts";
import { makeFolderSync } from "../../../shared/make-folder.ts";
import { isLoadable } from "./keep-loaded.ts";

/**
 * What NVIDIA's manifests name is for X and wants libraries that servers lack. The library for EGL beside it is as much of a
 * Vulkan driver and wants nothing.
 */
const FOR_X = "libGLX_nvidia";
const FOR_EGL = "libEGL_nvidia";
const WANTED = "libEGL.so.1";

const manifestSchema = z.looseObject({ ICD: z.looseObject({ library_path: z.string() }) });

/** A Vulkan driver's manifest, or in its place one of ours that names NVIDIA's library for EGL where only that one works. */
export function withoutX(manifest: string, isHere = isLoadable): string {
  try {
    const content = manifestSchema.parse(JSON.parse(readFileSync(manifest, "utf8")));
    const { library_path: named } = content.ICD;
    const library = named.includes("/") ? resolve(dirname(manifest), named) : named;
    if (!library.includes(FOR_X) || (isHere(WANTED) && isHere(library))) return manifest;
    const ICD = { ...content.ICD, library_path: library.replace(FOR_X, FOR_EGL) };
    return keep(JSON.stringify({ ...content, ICD }));
  } catch {
    // What is wrong with it, or with our folder, the loader finds out, or does without.
    return manifest;
  }
}

/** Other processes may be reading it. */
function keep(text: string): string {
  const folder = join(homeFolder("cache"), "vulkan");
  makeFolderSync(folder, 0o700);
  const file = join(folder, `${hash("sha256", text).slice(0, 16)}.json`);
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, text, { mode: 0o600 });
  renameSync(beside, file);
  return file;
}
