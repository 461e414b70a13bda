/** Answers that are remembered for requests that come twice. */
export const MAX_KEYS = 200;

/** Carries out a request once, however often it is sent: a client repeats it when its link broke before the answer. */
export class Answered {
  readonly #answers = new Map<string, Promise<unknown>>();
  /** The oldest first; what is not answered yet is not forgotten, whatever comes meanwhile. */
  readonly #settled: string[] = [];

  async once(key: string | undefined, carryOut: () => Promise<unknown>): Promise<unknown> {
    if (key === undefined) return await carryOut();
    const known = this.#answers.get(key);
    if (known !== undefined) return await known;
    const answer = carryOut();
    this.#answers.set(key, answer);
    answer.then(
      () => this.#settle(key),
      // What failed changed nothing and may be tried again.
      () => this.#answers.delete(key),
    );
    return await answer;
  }

  #settle(key: string): void {
    this.#settled.push(key);
    const oldest = this.#settled.length > MAX_KEYS ? this.#settled.shift() : undefined;
    if (oldest !== undefined) this.#answers.delete(oldest);
  }
}
