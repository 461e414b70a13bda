/** Answers that are remembered for requests that come twice. */
export const MAX_KEYS = 200;

/** Carries out a request once, however often it is sent: a client repeats it when its link broke before the answer. */
export class Answered {
  readonly #answers = new Map<string, Promise<unknown>>();

  async once(key: string | undefined, carryOut: () => Promise<unknown>): Promise<unknown> {
    if (key === undefined) return await carryOut();
    const known = this.#answers.get(key);
    if (known !== undefined) return await known;
    const answer = carryOut();
    this.#answers.set(key, answer);
    // What failed changed nothing and may be tried again.
    answer.catch(() => this.#answers.delete(key));
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > MAX_KEYS && oldest !== undefined) this.#answers.delete(oldest);
    return await answer;
  }
}
