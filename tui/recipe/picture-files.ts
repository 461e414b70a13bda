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

async function expand(name: string): Promise<string[]> {
  const info = await stat(name).catch(() => undefined);
  if (info?.isDirectory()) return await picturesIn(name);
  if (info !== undefined || !/[*?[{]/.test(name)) return [name];
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
