/**
 * Commands for a device, carried out in the order they were given. One that fails lets all after it fail with the
 * same error, which reaches whoever awaits an answer next.
 */
export class CommandQueue {
  #last: Promise<unknown> = Promise.resolve();

  enqueue<T>(command: () => Promise<T>): Promise<T> {
    const answer = this.#last.then(command);
    // A command whose answer nobody awaits must not end the process.
    answer.catch(() => {});
    this.#last = answer;
    return answer;
  }

  /** Carried out in its turn as well, whatever failed before: what is freed is free on a broken device too. */
  always(command: () => void): void {
    this.#last = this.#last.finally(command);
    this.#last.catch(() => {});
  }

  /** All that was given is done, or has failed. */
  async drained(): Promise<void> {
    await this.#last.catch(() => {});
  }
}
