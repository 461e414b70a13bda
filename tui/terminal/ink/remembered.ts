/**
 * Results by what they were made from: the newest, and as many from before. For texts that change all night, where a
 * map alone would keep every one.
 */
export class Remembered<Value> {
  readonly #make: (key: string) => Value;
  readonly #most: number;
  #newer = new Map<string, Value>();
  #older = new Map<string, Value>();

  constructor(most: number, make: (key: string) => Value) {
    this.#most = most;
    this.#make = make;
  }

  of(key: string): Value {
    const newest = this.#newer.get(key);
    if (newest !== undefined) return newest;
    const value = this.#older.get(key) ?? this.#make(key);
    if (this.#newer.size >= this.#most) this.forgetOlder();
    this.#newer.set(key, value);
    return value;
  }

  /** What is not asked for again until the next call is forgotten then. */
  forgetOlder(): void {
    this.#older = this.#newer;
    this.#newer = new Map();
  }
}
