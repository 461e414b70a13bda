import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LICENCE_FILE = /^(licen[cs]e|copying|notice|third.?party)/i;

/** The folders of the packages that are passed on: those that files lie in, nested ones too, and those built in. */
export function packagesIn(root: string, files: readonly string[]): string[] {
  const folders = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file) ?? []);
  const builtIn: string[] = JSON.parse(readFileSync(join(root, "dist/packages.json"), "utf8"));
  return [...new Set([...folders, ...builtIn])].toSorted();
}

/**
 * Files with the licences of packages. A package without one has its readme taken, which is where those of the native
 * libraries tell of their parts.
 */
export function licenceFiles(root: string, packages: readonly string[]): string[] {
  return packages.flatMap((folder) => {
    const names = readdirSync(join(root, folder));
    const licences = names.filter((name) => LICENCE_FILE.test(name));
    const found = licences.length > 0 ? licences : names.filter((name) => /^readme/i.test(name));
    return found.map((name) => `${folder}/${name}`);
  });
}

/** One line for each package: what it is and under which licence. */
export function licenceList(root: string, packages: readonly string[]): string {
  const lines = packages.map((folder) => {
    const text = readFileSync(join(root, folder, "package.json"), "utf8");
    const { name, version, license } = JSON.parse(text) as Record<string, string | undefined>;
    return `${name} ${version}: ${license ?? "see its files"} (${folder})`;
  });
  return `${lines.join("\n")}\n`;
}
