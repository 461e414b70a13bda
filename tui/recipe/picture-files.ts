import { glob, readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { UserError } from "../../shared/errors.ts";

/** Endings of pictures that a job can be made from. */
const ENDINGS: readonly string[] = [".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif", ".tiff", ".gif"];

export function isPictureName(name: string): boolean {
  return ENDINGS.includes(extname(name).toLowerCase());
}

/**
 * The files meant by names: a folder means the pictures in it, and patterns that the shell left alone are
 * looked up here, so that quoted ones work everywhere.
 */
export async function expandPictures(names: readonly string[]): Promise<string[]> {
  return (await Promise.all(names.map(async (name) => await expand(name)))).flat();
}

/** Whether a name means as many files as there happen to be, which may be one. */
export async function meansAnyNumber(name: string): Promise<boolean> {
  return (await kindOf(name)) !== "file";
}

async function kindOf(name: string): Promise<"file" | "folder" | "pattern"> {
  const info = await stat(name).catch(() => undefined);
  if (info?.isDirectory()) return "folder";
  return info !== undefined || !/[*?[{]/.test(name) ? "file" : "pattern";
}

async function expand(name: string): Promise<string[]> {
  const kind = await kindOf(name);
  if (kind === "folder") return await picturesIn(name);
  if (kind === "file") return [name];
  const matches: string[] = [];
  for await (const match of glob(name)) matches.push(match);
  if (matches.length === 0) throw new UserError(`${name}: no file matches`);
  return matches.toSorted();
}

async function picturesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith(".") && isPictureName(name));
  if (names.length === 0) throw new UserError(`${folder}: there are no pictures in this folder`);
  return names.toSorted().map((name) => join(folder, name));
}
