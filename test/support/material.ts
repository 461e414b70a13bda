import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * A folder of test material that lies beside a development checkout: photos, paintings, a network of
 * real filters and float64 references. Tests that need it skip, saying so, where it is not.
 */
export const materialFolder = join(import.meta.dirname, "../../../shared");
export const hasMaterial = existsSync(join(materialFolder, "golden/expected.json"));

export function material(...path: string[]): string {
  return join(materialFolder, ...path);
}

/** For describe's title, so that a skip explains itself. */
export function withMaterial(title: string): string {
  return hasMaterial ? title : `${title} (skipped: needs the test material in ../shared)`;
}
