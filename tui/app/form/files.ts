import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { go as searchFuzzily } from "fuzzysort";
import { fileProblem } from "../../../shared/errors.ts";
import { isPictureName } from "../../recipe/picture-files.ts";
import { EMPTY_LINE, type Line } from "../line-edit.ts";
import { expandHome } from "../pasted-files.ts";
import type { Slot } from "../use-live-state.ts";

const { compare } = new Intl.Collator(undefined, { numeric: true });

export interface FolderEntry {
  readonly name: string;
  readonly path: string;
  readonly isFolder: boolean;
}

/** What is known of a folder. */
export type Listing =
  | { readonly state: "reading" }
  | { readonly state: "failed"; readonly reason: string }
  | { readonly state: "read"; readonly entries: readonly FolderEntry[] };

export const READING: Listing = { state: "reading" };

/** Where someone is in the folders. */
export interface BrowserState {
  readonly folder: string;
  readonly listing: Listing;
  readonly filter: Line;
  readonly at: number;
  readonly marked: readonly string[];
  /** Of the file under the cursor. */
  readonly size: string;
  /** While it is found out where enter or what was pasted leads. */
  readonly isTaking: boolean;
}

/** Begins beside the last of these pictures, or where the program was started. */
export function browserBeside(pictures: readonly { readonly file: string }[]): Slot<BrowserState> {
  const last = pictures.at(-1)?.file;
  const folder = last === undefined ? process.cwd() : dirname(resolve(last));
  const current = { folder, listing: READING, filter: EMPTY_LINE, at: 0, marked: [], size: "" };
  return { current: { ...current, isTaking: false } };
}

/** Those that the filter leaves. */
export function shownIn({ listing, filter }: BrowserState): readonly FolderEntry[] {
  return listing.state === "read" ? matching(listing.entries, filter.text) : [];
}

/** Folders first, then pictures; nothing hidden. */
export async function listFolder(folder: string): Promise<Listing> {
  try {
    const found = await readdir(folder, { withFileTypes: true });
    const shown = await Promise.all(
      found
        .filter(({ name }) => !name.startsWith("."))
        .map(async (entry) => {
          const path = join(folder, entry.name);
          const isFolder = entry.isSymbolicLink() ? await leadsToFolder(path) : entry.isDirectory();
          return { name: entry.name, path, isFolder };
        }),
    );
    const entries = shown
      .filter(({ name, isFolder }) => isFolder || isPictureName(name))
      .toSorted((a, b) => Number(b.isFolder) - Number(a.isFolder) || compare(a.name, b.name));
    return { state: "read", entries };
  } catch (error) {
    return { state: "failed", reason: fileProblem(error) };
  }
}

async function leadsToFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (target) => target.isDirectory(),
    () => false,
  );
}

/** Those that have the letters of the filter in their order, the best matches first. */
function matching(entries: readonly FolderEntry[], filter: string): readonly FolderEntry[] {
  if (filter === "") return entries;
  return searchFuzzily(filter, entries, { key: "name", threshold: 0.2 }).map(({ obj }) => obj);
}

/** Where a path leads: to a picture, or to a folder with what is left of the path as a filter. */
export type Destination =
  | { readonly kind: "file"; readonly file: string }
  | { readonly kind: "folder"; readonly folder: string; readonly rest: string };

/** Whether a filter means a place, and no name of this folder's. */
export function isPath(text: string): boolean {
  return text.includes("/") || text.includes(sep) || text === "~" || text === "..";
}

/** Undefined where a path leads nowhere. */
export async function followPath(text: string, from: string): Promise<Destination | undefined> {
  const path = resolve(from, expandHome(text));
  const target = await stat(path).catch(() => undefined);
  if (target?.isDirectory()) return { kind: "folder", folder: path, rest: "" };
  if (target?.isFile()) return { kind: "file", file: path };
  const folder = dirname(path);
  return (await leadsToFolder(folder)) ? { kind: "folder", folder, rest: basename(path) } : undefined;
}
