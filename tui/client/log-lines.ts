import type { Connection } from "./connection.ts";

/** The log of a job, or with null of the daemon, from where it was read to last. */
export class LogLines {
  readonly #daemon: Connection;
  readonly #job: string | null;
  #next = 0;
  /** What is there of a line that comes in several pieces. */
  #begun = "";

  constructor(daemon: Connection, job: string | null) {
    this.#daemon = daemon;
    this.#job = job;
  }

  /** What has been added since, as it comes. */
  async *read(): AsyncGenerator<string[], void, void> {
    for (;;) {
      const { text, next } = await this.#daemon.request("log", { job: this.#job, offset: this.#next });
      if (next === this.#next) return;
      this.#next = next;
      const pieces = (this.#begun + text).split("\n");
      this.#begun = pieces.pop() ?? "";
      yield pieces.filter(Boolean);
    }
  }
}
