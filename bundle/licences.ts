import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LICENCE_FILE = /^(licen[cs]e|copying|notice|third.?party)/i;

/** The folders of the packages that are passed on: those that files lie in, nested ones too, and those built in. */
export function packagesIn(root: string, files: readonly string[]): string[] {
  const folders = files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file) ?? []);
  const builtIn: string[] = JSON.parse(readFileSync(join(root, "dist/packages.json"), "utf8"));
  return [...new Set([...folders, ...builtIn])].toSorted();
}

/** A licence's text and where it lies in the bundle. */
export interface LicenceText {
  readonly file: string;
  readonly text: string;
}

/** Packages that bring no text of their licence: whose they are under MIT, or the texts. */
const WITHOUT_TEXT: Readonly<Record<string, string | readonly string[]>> = {
  "@img/sharp-libvips-linux-x64": ["LGPL-3.0.txt", "GPL-3.0.txt"],
  "@koromix/koffi-linux-x64": "Niels Martignène",
  "onnxruntime-common": "Microsoft Corporation",
  "onnxruntime-node": "Microsoft Corporation",
  "yoga-layout": "Meta Platforms, Inc. and affiliates.",
};

/**
 * The licences of packages. One without a text has its readme taken as well, which is where those of the native libraries
 * tell of their parts. Throws where there is no text.
 */
export function licenceTexts(root: string, packages: readonly string[]): LicenceText[] {
  return packages.flatMap((folder) => {
    const names = readdirSync(join(root, folder));
    const read = (from: string, name: string) => ({
      file: `${folder}/${name}`,
      text: readFileSync(join(root, from, name), "utf8"),
    });
    const own = names.filter((name) => LICENCE_FILE.test(name));
    if (own.length > 0) return own.map((name) => read(folder, name));
    const known = WITHOUT_TEXT[folder.replace(/^.*node_modules\//, "")];
    if (known === undefined)
      throw new Error(`${folder} brings no text of its licence; name it in bundle/licences.ts`);
    const readmes = names.filter((name) => /^readme/i.test(name)).map((name) => read(folder, name));
    if (typeof known !== "string") return [...readmes, ...known.map((name) => read("bundle/texts", name))];
    // Ours is the same.
    const mit = readFileSync(join(root, "LICENSE"), "utf8").replace(
      /^Copyright.*$/m,
      `Copyright (c) ${known}`,
    );
    return [...readmes, { file: `${folder}/LICENSE`, text: mit }];
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
