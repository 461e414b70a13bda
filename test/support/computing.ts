/**
 * Test files that compute for a minute and more, the longest first, so that none is left over at the end; most others
 * wait for screens and daemons.
 */
const NAMES = ["webgpu", "check-gpu", "setup", "bundle", "tfjs-transfer"];

/** Where a file stands among them, from 0 on; undefined for any other. */
export function computingPlace(file: string): number | undefined {
  const place = NAMES.findIndex((name) => file.endsWith(`/${name}.test.ts`));
  return place < 0 ? undefined : place;
}
