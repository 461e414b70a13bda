/** What is there already is read within it. */
const GRACE_MS = 100;

/**
 * A time by which something has to be heard. Where this process itself stood still, it passes while the news wait to be
 * read: they get their turn first.
 */
export class Deadline {
  readonly #onPassed: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(onPassed: () => void) {
    this.#onPassed = onPassed;
  }

  /** From now on, instead of the one before. */
  set(milliseconds: number): void {
    this.clear();
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(this.#onPassed, GRACE_MS).unref();
    }, milliseconds).unref();
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
