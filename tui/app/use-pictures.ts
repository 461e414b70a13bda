import { useEffect, useRef } from "react";
import { useShell } from "./shell.ts";

const MOST_KEPT = 32;

/**
 * Shows in each place what is wished for there. While one picture is on its way only the newest wish of its
 * place is kept, so that scrubbing asks for no more than it can show. What cannot be loaded is left empty.
 */
export function usePictures(
  wishes: ReadonlyMap<string, string | undefined>,
  load: (wish: string) => Promise<Buffer>,
): void {
  const { pictures } = useShell();
  const wanted = useRef(wishes);
  const busy = useRef(new Set<string>());
  const known = useRef(new Map<string, Promise<Buffer>>());
  wanted.current = wishes;
  const key = [...wishes].map(([place, wish]) => `${place}\u0000${wish}`).join("\u0000");
  useEffect(() => {
    const bring = async (place: string) => {
      for (;;) {
        const wish = wanted.current.get(place);
        const picture = wish === undefined ? undefined : await kept(known.current, wish, load);
        if (wanted.current.get(place) === wish) return pictures.show(place, picture);
      }
    };
    for (const place of wishes.keys()) {
      if (busy.current.has(place)) continue;
      busy.current.add(place);
      bring(place)
        .catch(() => pictures.show(place, undefined))
        .finally(() => busy.current.delete(place));
    }
  }, [pictures, key]);
}

/** Loaded once while it is among the last that were asked for; again where it failed. */
async function kept(
  known: Map<string, Promise<Buffer>>,
  wish: string,
  load: (wish: string) => Promise<Buffer>,
): Promise<Buffer> {
  const picture = known.get(wish) ?? load(wish);
  known.delete(wish);
  known.set(wish, picture);
  const [oldest] = known.keys();
  if (known.size > MOST_KEPT && oldest !== undefined) known.delete(oldest);
  try {
    return await picture;
  } catch (error) {
    known.delete(wish);
    throw error;
  }
}
