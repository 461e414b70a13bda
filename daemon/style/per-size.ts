import type { Size } from "../image/planes.ts";

/** A stage's size, and those of the previews that are watched. */
const MOST_SIZES = 4;

/** What is made for a size, kept for those that were asked for last. */
export function keptPerSize<T>(make: (size: Size) => Promise<T>): (size: Size) => Promise<T> {
  const kept = new Map<string, Promise<T>>();
  return async ({ height, width }) => {
    const key = `${width}×${height}`;
    const made = kept.get(key) ?? make({ height, width });
    kept.delete(key);
    kept.set(key, made);
    const [oldest] = kept.keys();
    if (kept.size > MOST_SIZES && oldest !== undefined) kept.delete(oldest);
    return await made;
  };
}
