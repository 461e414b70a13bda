import { setImmediate } from "node:timers/promises";

/** So many take a few milliseconds. */
const AT_ONCE = 50;

/** All of a long list, with a turn for everyone else before every few. */
export async function* inTurns<T>(all: Iterable<T>): AsyncGenerator<T, void, void> {
  let count = 0;
  for (const one of all) {
    if (count++ % AT_ONCE === 0) await setImmediate();
    yield one;
  }
}
